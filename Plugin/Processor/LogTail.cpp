#include "Plugin/Processor/LogTail.h"

#include "Core/Log.h"
#include "Platform/LocalTime.h"

#include <chrono>
#include <deque>
#include <mutex>

namespace kikitori::plugin::logtail
{

namespace
{
struct Tail
{
    std::mutex mutex;
    std::deque<std::string> lines; ///< under the mutex
};

Tail& tail()
{
    static Tail kept;
    return kept;
}

const char* nameOf (log::Level level)
{
    switch (level)
    {
        case log::Level::debug: return "debug";
        case log::Level::info: return "info";
        case log::Level::warning: return "warning";
        case log::Level::error: return "error";
    }

    return "";
}

std::string clock()
{
    return platform::localTime (std::chrono::system_clock::now(), "%H:%M:%S");
}

void take (const log::Entry& entry)
{
    auto line = clock() + " " + nameOf (entry.level) + " " + entry.component + "/" + entry.action + " " + entry.message;
    for (const auto& [name, value] : entry.fields)
        line += " " + name + "=" + value;

    auto& kept = tail();
    const std::lock_guard lock (kept.mutex);
    kept.lines.push_back (std::move (line));

    if (kept.lines.size() > mostLines)
        kept.lines.pop_front();
}
} // namespace

void install()
{
    static std::once_flag once;
    std::call_once (once, [] { log::setSink (take); });
}

std::vector<std::string> lines()
{
    auto& kept = tail();
    const std::lock_guard lock (kept.mutex);
    return { kept.lines.begin(), kept.lines.end() };
}

} // namespace kikitori::plugin::logtail
