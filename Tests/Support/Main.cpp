#if __has_include(<catch2/catch_session.hpp>)
    #include <catch2/catch_session.hpp>
#else
    #define CATCH_CONFIG_RUNNER
    #include <catch2/catch.hpp>
#endif

#include <csignal>
#include <cstdlib>

int main (int argc, char* argv[])
{
    // A peer that closes early must show up as an error code, not end the test program.
    std::signal (SIGPIPE, SIG_IGN);
    // JUCE looks for display 0 where there is none named: it may be a person's, or another test's.
    ::setenv ("DISPLAY", ":none", 1);
    return Catch::Session().run (argc, argv);
}
