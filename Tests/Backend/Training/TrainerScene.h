// One training inside the test, and what it reported.
#pragma once

#include "Backend/Training/Trainer.h"
#include "Backend/Training/TrainingFixture.h"
#include "Support/Catch.h"

namespace kikitori::test
{

/** What one training reported, and its steps' losses. */
struct Outcome
{
    Status status = success();
    std::vector<double> losses;
    std::vector<nlohmann::json> messages;

    std::vector<nlohmann::json> of (const std::string& type) const
    {
        std::vector<nlohmann::json> found;

        for (const auto& message : messages)
            if (message["type"] == type)
                found.push_back (message["payload"]);

        return found;
    }
};

/** Trains; asks for a stop once `steps` steps are done (0: never). */
inline Outcome train (const nlohmann::json& run, std::size_t steps = 0)
{
    const auto options = backend::parseTrainingOptions (run);
    REQUIRE (options.ok());
    auto* stream = std::tmpfile();
    REQUIRE (stream != nullptr);
    backend::TrainingReport report (stream);
    const backend::Trainer* running = nullptr;
    backend::Trainer trainer (options.value(), report,
                              [&] { return steps > 0 && running != nullptr && running->losses().size() >= steps; });
    running = &trainer;

    Outcome outcome;
    outcome.status = trainer.run();
    outcome.losses = trainer.losses();
    std::rewind (stream);
    std::string text;

    for (int c = std::fgetc (stream); c != EOF; c = std::fgetc (stream))
    {
        if (c != '\n')
        {
            text += static_cast<char> (c);
            continue;
        }

        outcome.messages.push_back (nlohmann::json::parse (text));
        text.clear();
    }

    std::fclose (stream);
    return outcome;
}

} // namespace kikitori::test
