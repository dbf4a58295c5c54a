# Every tests/c/test_*.c is a program of its own; they may use libc and the core's own headers.
enable_testing()
file(GLOB PDQL_TEST_SOURCES CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/../tests/c/test_*.c)
foreach(source ${PDQL_TEST_SOURCES})
  get_filename_component(name ${source} NAME_WE)
  add_executable(${name} ${source})
  target_link_libraries(${name} PRIVATE pdqlite_static m)
  target_include_directories(${name} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
  add_test(NAME ${name} COMMAND ${name})
endforeach()

foreach(provider ${PDQL_PROVIDERS})
  add_executable(provider_list_${provider} ../tests/c/provider_list.c)
  target_link_libraries(provider_list_${provider} PRIVATE pdqlite_${provider} pdqlite_static)
  target_compile_definitions(provider_list_${provider} PRIVATE
    PDQL_PROVIDER=pdql_provider_${provider} PDQL_VECTORS="${CMAKE_CURRENT_SOURCE_DIR}/../tests/vectors")
  add_test(NAME provider_list_${provider} COMMAND provider_list_${provider})
  set_tests_properties(provider_list_${provider} PROPERTIES SKIP_RETURN_CODE 77)
endforeach()
