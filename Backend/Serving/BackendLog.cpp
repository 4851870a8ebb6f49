#include "Backend/Serving/BackendLog.h"

#include "Core/Log.h"

#include <iostream>

#include <nlohmann/json.hpp>
#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <unistd.h>

namespace kikitori::backend
{

namespace
{
constexpr std::size_t largestFile = 10u << 20;
constexpr std::size_t keptFiles = 5;

spdlog::level::level_enum levelOf (log::Level level)
{
    switch (level)
    {
        case log::Level::debug: return spdlog::level::debug;
        case log::Level::info: return spdlog::level::info;
        case log::Level::warning: return spdlog::level::warn;
        case log::Level::error: return spdlog::level::err;
    }

    return spdlog::level::info;
}

std::string timestamp()
{
    const auto now = std::chrono::system_clock::now();
    const auto seconds = std::chrono::system_clock::to_time_t (now);
    const auto milliseconds =
        std::chrono::duration_cast<std::chrono::milliseconds> (now.time_since_epoch()).count() % 1000;
    std::tm utc{};
    gmtime_r (&seconds, &utc);
    return fmt::format ("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday,
                        utc.tm_hour, utc.tm_min, utc.tm_sec, milliseconds);
}

std::string asJson (const log::Entry& entry)
{
    nlohmann::ordered_json line{
        { "timestamp", timestamp() },     { "level", spdlog::level::to_string_view (levelOf (entry.level)).data() },
        { "logger", "kikitori-backend" }, { "message", entry.message },
        { "component", entry.component }, { "action", entry.action }
    };

    for (const auto& [key, value] : entry.fields)
        line[key] = value;

    return line.dump (-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string forPeople (const log::Entry& entry)
{
    const auto level = spdlog::level::to_string_view (levelOf (entry.level));
    auto line = fmt::format ("{}  {:<7}  {}: {}", timestamp(), std::string_view (level.data(), level.size()),
                             entry.component, entry.message);

    for (const auto& [key, value] : entry.fields)
        line += "  " + key + "=" + value;

    return line;
}
} // namespace

void installLog (const std::filesystem::path& file)
{
    std::shared_ptr<spdlog::logger> logger;
    auto isForPeople = file.empty() && ::isatty (STDERR_FILENO) == 1;

    try
    {
        logger = file.empty() ? spdlog::stderr_logger_mt ("backend")
                              : spdlog::rotating_logger_mt ("backend", file.string(), largestFile, keptFiles);
    }
    catch (const spdlog::spdlog_ex& e)
    {
        std::cerr << "kikitori-backend: the log file " << file.string() << " cannot be opened (" << e.what()
                  << "); logging here.\n";
        logger = spdlog::stderr_logger_mt ("backend-stderr");
    }

    spdlog::drop (logger->name()); // it is this sink's; another installLog may use the name again
    logger->set_pattern ("%v");
    logger->flush_on (spdlog::level::info);
    log::setSink ([logger, isForPeople] (const log::Entry& entry)
                  { logger->log (levelOf (entry.level), "{}", isForPeople ? forPeople (entry) : asJson (entry)); });
}

} // namespace kikitori::backend
