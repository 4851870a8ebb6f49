# cpack: a .deb and archives of what cmake --install gives. The version is the one of the file VERSION.
set(CPACK_PACKAGE_NAME kikitori)
set(CPACK_PACKAGE_VENDOR Kikitori)
set(CPACK_PACKAGE_CONTACT "Kikitori <kikitori@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "Writes down what is said, while it is said: plugin, app and backend")
set(CPACK_PACKAGE_DESCRIPTION "Kikitori transcribes live audio in real time with a Conformer speech recogniser on this
machine, as an audio plugin (VST3, LV2), as an app and on the command line, and trains that recogniser.")
set(CPACK_RESOURCE_FILE_LICENSE ${CMAKE_SOURCE_DIR}/LICENSE)
set(CPACK_RESOURCE_FILE_README ${CMAKE_SOURCE_DIR}/README.md)
set(CPACK_PACKAGE_DIRECTORY ${CMAKE_BINARY_DIR}/packages)
set(CPACK_STRIP_FILES ON)
set(CPACK_VERBATIM_VARIABLES ON)

if(APPLE)
    set(CPACK_GENERATOR ZIP)
elseif(WIN32)
    set(CPACK_GENERATOR ZIP)
else()
    set(CPACK_GENERATOR DEB TGZ)
    set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
endif()

# Libraries that the programs need, as the system's own tool finds them; fonts for Japanese are worth having.
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "libx11-6, libxext6, libxrandr2, libxinerama1, libxcursor1") # opened by name
set(CPACK_DEBIAN_PACKAGE_SECTION sound)
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "fonts-noto-cjk, libopenblas0-pthread")

include(CPack)
