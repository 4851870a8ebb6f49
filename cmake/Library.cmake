# kikitori_add_library(name SOURCES ... LIBS ...): one STATIC target a folder with an explicit source list.
# Includes are written from Source/ ("Audio/AudioTap.h") or from the top ("Backend/Model/ModelConfig.h").
function(kikitori_add_library name)
    cmake_parse_arguments(arg "" "" "SOURCES;LIBS;PRIVATE_LIBS" ${ARGN})
    add_library(${name} STATIC ${arg_SOURCES})
    target_include_directories(${name} PUBLIC ${CMAKE_SOURCE_DIR}/Source ${CMAKE_SOURCE_DIR})
    target_link_libraries(${name} PUBLIC ${arg_LIBS} PRIVATE kikitori_warnings ${arg_PRIVATE_LIBS})
endfunction()

# kikitori_add_executable(name SOURCES ... LIBS ...): lands in build/bin.
function(kikitori_add_executable name)
    cmake_parse_arguments(arg "" "" "SOURCES;LIBS" ${ARGN})
    add_executable(${name} ${arg_SOURCES})
    target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR}/Source ${CMAKE_SOURCE_DIR})
    target_link_libraries(${name} PRIVATE ${arg_LIBS} kikitori_warnings)
endfunction()
