# cmake --install build --prefix PREFIX: programs, plugins, the starter model and documents; plugins and programs find each
# other by their places below the prefix. cmake --build build --target uninstall takes it away again.
include(GNUInstallDirs)

foreach(program KikitoriApp kikitori kikitori-backend kikitori-lm kikitori-measure kikitori-pieces kikitori-trainer)
    if(TARGET ${program})
        install(TARGETS ${program} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
    endif()
endforeach()

install(FILES README.md CHANGELOG.md LICENSE DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/kikitori)
install(FILES Assets/config.example.yaml DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/kikitori/Assets)
install(DIRECTORY Docs DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/kikitori)

if(TARGET KikitoriApp AND CMAKE_SYSTEM_NAME STREQUAL "Linux")
    install(FILES Assets/desktop/kikitori.desktop DESTINATION ${CMAKE_INSTALL_DATADIR}/applications)
    install(FILES Assets/desktop/kikitori.svg DESTINATION ${CMAKE_INSTALL_DATADIR}/icons/hicolor/scalable/apps)
endif()

install(DIRECTORY ${CMAKE_SOURCE_DIR}/Assets/models DESTINATION ${CMAKE_INSTALL_DATADIR}/kikitori)

if(TARGET KikitoriPlugin)
    # Hosts look into lib, also where libraries go into lib/<architecture>.
    install(DIRECTORY ${CMAKE_BINARY_DIR}/plugins/VST3/ DESTINATION lib/vst3 USE_SOURCE_PERMISSIONS
        OPTIONAL)
    install(DIRECTORY ${CMAKE_BINARY_DIR}/plugins/LV2/ DESTINATION lib/lv2 USE_SOURCE_PERMISSIONS
        OPTIONAL)
endif()

# CMake's own list is overwritten when cpack installs into its folder; this one is not.
install(CODE "
    if(NOT CMAKE_INSTALL_PREFIX MATCHES _CPack_Packages)
        string(REPLACE \";\" \"\\n\" installed \"\${CMAKE_INSTALL_MANIFEST_FILES}\")
        file(WRITE \"${CMAKE_BINARY_DIR}/installed_files.txt\" \"\${installed}\\n\")
    endif()")

add_custom_target(uninstall
    COMMAND ${CMAKE_COMMAND} -DMANIFEST=${CMAKE_BINARY_DIR}/installed_files.txt -P ${CMAKE_SOURCE_DIR}/cmake/Uninstall.cmake
    COMMENT "Removing what was installed; settings, tokens and transcripts stay" VERBATIM)
