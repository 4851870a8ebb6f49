/*  The mark that every function of the audio thread carries.

    Threads: a function with this mark may run on the audio thread: it never allocates, locks, waits, logs, makes
    a system call or wakes anybody.
    Failure: compilers that know the attribute (clang 20 and later, -Wfunction-effects) refuse to compile
    a violation; for the others Tests/Support/RealtimeGuard catches it while it runs.
*/
#pragma once

#if defined(__has_cpp_attribute)
    #if __has_cpp_attribute(clang::nonblocking)
        #define KIKITORI_REALTIME [[clang::nonblocking]]
    #endif
#endif

#ifndef KIKITORI_REALTIME
    #define KIKITORI_REALTIME
#endif
