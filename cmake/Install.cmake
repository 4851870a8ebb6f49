# cmake --install build --prefix PREFIX: programs, plugins and the starter model, found relative to each other.
include(GNUInstallDirs)

foreach(program KikitoriApp kikitori kikitori-backend kikitori-lm kikitori-measure kikitori-pieces kikitori-trainer)
    if(TARGET ${program})
        install(TARGETS ${program} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
    endif()
endforeach()

install(DIRECTORY ${CMAKE_SOURCE_DIR}/Assets/models DESTINATION ${CMAKE_INSTALL_DATADIR}/kikitori)

if(TARGET KikitoriPlugin)
    install(DIRECTORY ${CMAKE_BINARY_DIR}/plugins/VST3/ DESTINATION ${CMAKE_INSTALL_LIBDIR}/vst3 USE_SOURCE_PERMISSIONS
        OPTIONAL)
    install(DIRECTORY ${CMAKE_BINARY_DIR}/plugins/LV2/ DESTINATION ${CMAKE_INSTALL_LIBDIR}/lv2 USE_SOURCE_PERMISSIONS
        OPTIONAL)
endif()
