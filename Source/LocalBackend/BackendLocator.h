/*  Finds the backend behind an address: the local one, which it starts when asked to, or a URL.

    Threads: makeBackendLocator() from any thread; the locator itself on the transport's thread.
    Failure: told through the callback: bad_address, not_running, launch_failed, launch_forbidden, launch_refused,
   crash_loop, token_needs_tls, bad_token_file, bad_ca_file, incompatible_backend. The message says what to do.
*/
#pragma once

#include "Network/Transport.h"

#include <filesystem>
#include <functional>

namespace kikitori
{

struct LocatorOptions
{
    /** The backend program; empty: KIKITORI_BACKEND, the plugin's bundle, the install prefix, the build folder. */
    std::filesystem::path backendProgram;
    std::vector<std::string> backendArguments; ///< besides --local
    /** Holds backend.json and backend.lock; empty: KIKITORI_RUNTIME_DIR, or the user's runtime folder. */
    std::filesystem::path runtimeFolder;
    /** Tokens of other machines' backends; empty: ~/.config/kikitori/tokens.json. */
    std::filesystem::path tokenFile;
    /** Certificate authority (PEM) to trust besides the system's, for https; empty: KIKITORI_CA_FILE, or none. */
    std::filesystem::path caFile;
    /** Asked before each connection over https, and comes before caFile; gives an empty path for none. */
    std::function<std::filesystem::path()> caFileSetting;
    Milliseconds launchLimit{ 30000 };
    int mostCrashes = 5; ///< in a minute
};

/** The transport must outlive the locator. */
std::shared_ptr<BackendLocator> makeBackendLocator (const std::shared_ptr<Transport>& transport,
                                                    LocatorOptions options = {});

} // namespace kikitori
