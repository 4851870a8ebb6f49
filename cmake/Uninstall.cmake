# Takes away what `cmake --install` wrote, by its list; what the user made (settings, tokens, transcripts, checkpoints)
# lies elsewhere and stays.
#   cmake -DMANIFEST=build/installed_files.txt -P cmake/Uninstall.cmake     (DESTDIR is honoured)
if(NOT EXISTS "${MANIFEST}")
    message(FATAL_ERROR "There is no ${MANIFEST}: nothing was installed from this build folder.")
endif()

file(STRINGS "${MANIFEST}" files)
set(folders "")

foreach(file IN LISTS files)
    set(there "$ENV{DESTDIR}${file}")
    if(EXISTS "${there}" OR IS_SYMLINK "${there}")
        file(REMOVE "${there}")
        message(STATUS "Removed ${there}")
    endif()

    # Folders that are Kikitori's own go when they are empty.
    get_filename_component(folder "${there}" DIRECTORY)
    while(folder MATCHES "[Kk]ikitori")
        list(APPEND folders "${folder}")
        get_filename_component(folder "${folder}" DIRECTORY)
    endwhile()
endforeach()

list(REMOVE_DUPLICATES folders)
list(SORT folders ORDER DESCENDING) # the deepest first

foreach(folder IN LISTS folders)
    file(GLOB left "${folder}/*" "${folder}/.[!.]*")
    if(IS_DIRECTORY "${folder}" AND NOT left)
        file(REMOVE_RECURSE "${folder}")
    endif()
endforeach()
