# Holds the table of allowed dependencies (Docs/Architecture.md): fails with every #include that breaks it.
#   cmake -DROOT=<top of the tree> -P IncludeTable.cmake

cmake_minimum_required(VERSION 3.22)

# folder -> folders it may include besides itself and Core
set(Core "")
set(Realtime "")
set(Protocol "")
set(Network "")
set(Audio Realtime)
set(Transcript Protocol)
set(Export Transcript)
set(Training Protocol Network)
set(Catalog Protocol Network)
set(LocalBackend Protocol Network)
set(Session Audio Realtime Network Protocol Transcript)

set(violations "")

function(check_file file allowed prefix)
    file(STRINGS "${ROOT}/${file}" lines REGEX "^[ \t]*#[ \t]*include[ \t]+\"")
    foreach(line IN LISTS lines)
        string(REGEX REPLACE ".*\"([^\"]+)\".*" "\\1" included "${line}")
        string(REGEX MATCH "^(Source/)?([A-Za-z]+)/" folder "${included}")
        set(folder "${CMAKE_MATCH_2}")
        if(included MATCHES "^(Plugin|Standalone|Backend|Tests)/" AND prefix STREQUAL "Source")
            set(violations "${violations}\n${file} includes ${included}: the client core knows none of these")
        elseif(folder AND NOT folder IN_LIST allowed)
            set(violations "${violations}\n${file} includes ${included}: not in the table")
        endif()
    endforeach()
    set(violations "${violations}" PARENT_SCOPE)
endfunction()

foreach(folder Core Realtime Protocol Network Audio Transcript Export Training Catalog LocalBackend Session)
    file(GLOB_RECURSE files RELATIVE "${ROOT}" "${ROOT}/Source/${folder}/*.h" "${ROOT}/Source/${folder}/*.cpp")
    foreach(file IN LISTS files)
        check_file("${file}" "Core;${folder};${${folder}}" Source)
    endforeach()
endforeach()

# The backend takes the protocol and the audio code of the client core, and libtorch stays in Backend/Training.
file(GLOB_RECURSE files RELATIVE "${ROOT}" "${ROOT}/Backend/*.h" "${ROOT}/Backend/*.cpp")
foreach(file IN LISTS files)
    check_file("${file}" "Core;Protocol;Audio;Backend" Backend)
    if(NOT file MATCHES "^Backend/Training/")
        file(STRINGS "${ROOT}/${file}" torch REGEX "#[ \t]*include[ \t]+<(torch|ATen|c10)/")
        if(torch)
            set(violations "${violations}\n${file} includes libtorch: only Backend/Training may")
        endif()
    endif()
endforeach()

# The editor gets values, snapshots and commands; it never reaches into audio or network.
file(GLOB_RECURSE files RELATIVE "${ROOT}" "${ROOT}/Plugin/Editor/*.h" "${ROOT}/Plugin/Editor/*.cpp")
foreach(file IN LISTS files)
    check_file("${file}" "Core;Session;Transcript;Training;Catalog;Export;Plugin" Plugin)
endforeach()

if(violations)
    message(FATAL_ERROR "The include table is broken:${violations}")
endif()
