# What must not be there: threads that an exception ends the process from, and file walks that throw on a folder that may
# not be read or on a name that is too long.
#   cmake -DROOT=<top of the tree> -P Safeguards.cmake

cmake_minimum_required(VERSION 3.22)

set(violations "")
file(GLOB_RECURSE files RELATIVE "${ROOT}" "${ROOT}/Source/*.h" "${ROOT}/Source/*.cpp" "${ROOT}/Backend/*.h"
    "${ROOT}/Backend/*.cpp" "${ROOT}/Plugin/*.h" "${ROOT}/Plugin/*.cpp" "${ROOT}/Standalone/*.h"
    "${ROOT}/Standalone/*.cpp")

# Name, and what its lines look like: one argument and nothing that takes an error code.
set(throwing "(exists|is_directory|is_regular_file|is_symlink|file_size|last_write_time|canonical|weakly_canonical|absolute")
string(APPEND throwing "|create_directory|create_directories|remove|remove_all|read_symlink|space|status)")

foreach(file IN LISTS files)
    if(NOT file STREQUAL "Source/Core/Guarded.h")
        file(STRINGS "${ROOT}/${file}" lines REGEX "std::thread \\(|std::jthread|std::async")
        if(lines)
            string(APPEND violations "\n${file} makes a thread without a catch: use guardedThread (Core/Guarded.h)")
        endif()
    endif()
    file(STRINGS "${ROOT}/${file}" lines REGEX "(fs|filesystem)::${throwing} \\([^,]*\\)[^,]*$")
    if(lines)
        string(APPEND violations "\n${file} may throw: ${lines}: use Platform/FileFacts.h or give an error code")
    endif()
    file(STRINGS "${ROOT}/${file}" lines REGEX "for \\(.*: .*directory_iterator")
    if(lines)
        string(APPEND violations "\n${file} may throw: ${lines}: use platform::entriesOf")
    endif()
endforeach()

if(violations)
    message(FATAL_ERROR "Not guarded:${violations}")
endif()
