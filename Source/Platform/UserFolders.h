/*  Where this user's files lie.

    Threads: any; nothing is cached.
    Failure: none. Without a home folder, the system's temporary one takes its place.
*/
#pragma once

#include <filesystem>
#include <string>

namespace kikitori::platform
{

/** Of the environment; "" where it is not set. */
std::string environment (const char* name);

std::filesystem::path homeFolder();

/** $XDG_CONFIG_HOME/kikitori or ~/.config/kikitori: settings, tokens, approved addresses. */
std::filesystem::path userConfigFolder();

/** $XDG_DATA_HOME/kikitori or ~/.local/share/kikitori: transcripts and journals. */
std::filesystem::path userDataFolder();

} // namespace kikitori::platform
