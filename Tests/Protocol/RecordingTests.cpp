#include "Protocol/Messages.h"
#include "Support/Catch.h"

#include <fstream>

#include <nlohmann/json.hpp>

using namespace kikitori;

TEST_CASE ("every message of the recorded sessions is understood", "[recordings]")
{
    const auto recordings = nlohmann::json::parse (std::ifstream (KIKITORI_FIXTURES "/protocol/ws.json"));
    auto received = 0;

    const auto check = [&] (const std::string& name, const nlohmann::json& session)
    {
        for (const auto& event : session.value ("events", nlohmann::json::array()))
        {
            // Redaction cut a brace off some tracebacks: those are no JSON any more.
            if (event.value ("dir", "") != "recv" || ! event.contains ("text")
                || event["text"].get_ref<const std::string&>().find ("<redacted>") != std::string::npos)
                continue;

            INFO (name << ": " << event["text"]);
            const auto parsed = parseServerMessage (event["text"].get<std::string>());
            REQUIRE (parsed.ok());
            CHECK_FALSE (std::holds_alternative<UnknownMessage> (parsed.value()));
            ++received;
        }
    };

    // Some recordings are of several sessions at once.
    for (const auto& [name, session] : recordings.items())
    {
        if (session.is_object())
            check (name, session);
        else
            for (const auto& one : session)
                check (name, one);
    }

    CHECK (received > 400);
}
