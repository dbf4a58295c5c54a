# The extension module pdqlite/_core, from what cffi makes of the headers.
set(PDQL_HEADERS)
foreach(header pdqlite pdqlite_sound pdqlite_parts)
  list(APPEND PDQL_HEADERS ${CMAKE_CURRENT_SOURCE_DIR}/include/${header}.h)
endforeach()
find_package(Python REQUIRED COMPONENTS Interpreter Development.Module)
set(FFI_C ${CMAKE_CURRENT_BINARY_DIR}/_core.c)
add_custom_command(
  OUTPUT ${FFI_C}
  COMMAND ${Python_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/cffi/generate.py
          ${PDQL_HEADERS} ${FFI_C}
  DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/cffi/generate.py ${PDQL_HEADERS}
  VERBATIM)
Python_add_library(_core MODULE ${FFI_C} $<TARGET_OBJECTS:pdqlite_objects>)
# cffi's C source asks for the limited API itself; only the name has to follow.
if(NOT WIN32)
  set_target_properties(_core PROPERTIES SUFFIX .abi3.so)
endif()
target_include_directories(_core PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}/include)
target_compile_options(_core PRIVATE -Wno-unused-parameter -Wno-shadow)
install(TARGETS _core LIBRARY DESTINATION pdqlite)
# The manual page, where `man pdqlite` looks for what is installed beside this Python.
if(SKBUILD_DATA_DIR)
  install(FILES ${CMAKE_CURRENT_SOURCE_DIR}/../docs/man/pdqlite.1 DESTINATION ${SKBUILD_DATA_DIR}/share/man/man1)
endif()
