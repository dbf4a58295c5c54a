# The library itself, static and shared. Of the shared one only pdql_* is visible, under one version:
# a program that was linked against a newer header than the library it meets says so at start.
# Its own calls of its functions stay inside it (-Bsymbolic-functions): shorter, and nobody comes between.
add_library(pdqlite_static STATIC $<TARGET_OBJECTS:pdqlite_objects>)
add_library(pdqlite_shared SHARED $<TARGET_OBJECTS:pdqlite_objects>)
set_target_properties(pdqlite_static PROPERTIES EXPORT_NAME static)
set_target_properties(pdqlite_shared PROPERTIES EXPORT_NAME shared VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR})
foreach(lib pdqlite_static pdqlite_shared)
  set_target_properties(${lib} PROPERTIES OUTPUT_NAME pdqlite)
  target_include_directories(${lib} PUBLIC
    $<BUILD_INTERFACE:${CMAKE_CURRENT_SOURCE_DIR}/include> $<INSTALL_INTERFACE:include>)
endforeach()
set(PDQL_MAP_all versions.map)
set(PDQL_MAP_pictures versions.map)
set(PDQL_MAP_hash hash.map)
set(PDQL_MAP_list list.map)
if(NOT DEFINED PDQL_MAP_${PDQL_PART})
  message(FATAL_ERROR "PDQL_PART is all, pictures, hash or list, not ${PDQL_PART}")
endif()
if(UNIX AND NOT APPLE)
  set(PDQL_VERSIONS ${CMAKE_CURRENT_SOURCE_DIR}/cmake/${PDQL_MAP_${PDQL_PART}})
  target_link_options(pdqlite_shared PRIVATE -Wl,--version-script=${PDQL_VERSIONS} -Wl,-Bsymbolic-functions -Wl,--gc-sections -Wl,--no-undefined)
  set_target_properties(pdqlite_shared PROPERTIES LINK_DEPENDS ${PDQL_VERSIONS})
endif()
