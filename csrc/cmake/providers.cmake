# Ready-made provider tables (csrc/providers): each a small library, made where its own library is found.
find_package(OpenSSL 3.0 COMPONENTS Crypto QUIET)
find_path(SODIUM_INCLUDE sodium.h)
find_library(SODIUM_LIBRARY sodium)
set(PDQL_PROVIDERS "")
if(OPENSSL_FOUND AND PDQL_PROVIDERS_WANTED)
  list(APPEND PDQL_PROVIDERS openssl)
  set(PDQL_openssl_LIBRARY OpenSSL::Crypto)
endif()
if(SODIUM_INCLUDE AND SODIUM_LIBRARY AND PDQL_PROVIDERS_WANTED)
  list(APPEND PDQL_PROVIDERS sodium)
  set(PDQL_sodium_LIBRARY sodium) # by name: an installed package must not hold this machine's path
endif()
message(STATUS "pdqlite providers: ${PDQL_PROVIDERS}")
foreach(provider ${PDQL_PROVIDERS})
  add_library(pdqlite_${provider} STATIC providers/${provider}.c)
  set_target_properties(pdqlite_${provider} PROPERTIES EXPORT_NAME ${provider})
  target_link_libraries(pdqlite_${provider} PUBLIC ${PDQL_${provider}_LIBRARY})
  target_include_directories(pdqlite_${provider} PUBLIC
    $<BUILD_INTERFACE:${CMAKE_CURRENT_SOURCE_DIR}/include> $<BUILD_INTERFACE:${CMAKE_CURRENT_SOURCE_DIR}/providers>
    $<INSTALL_INTERFACE:include>)
endforeach()
