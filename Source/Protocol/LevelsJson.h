/*  StreamLevels as JSON: {"noise": dB, "speech": dB or left out}, in `final` and `start`.

    Threads: pure functions.
    Failure: what is missing, of the wrong kind or no level (beyond 200 dB) reads as nothing.
*/
#pragma once

#include "Protocol/JsonReading.h"
#include "Protocol/Messages.h"

#include <cmath>

namespace kikitori
{

inline nlohmann::json toJson (const StreamLevels& levels)
{
    nlohmann::json object{ { "noise", levels.noise } };

    if (levels.speech)
        object["speech"] = *levels.speech;

    return object;
}

inline std::optional<StreamLevels> levelsAt (const nlohmann::json& message)
{
    constexpr auto most = 200.0;
    const auto found = message.find ("levels");

    if (found == message.end() || ! found->is_object())
        return {};

    const auto noise = numberAt (*found, "noise"), speech = numberAt (*found, "speech");

    if (! noise || std::abs (*noise) > most || std::abs (speech.value_or (0.0)) > most)
        return {};

    return StreamLevels{ static_cast<float> (*noise),
                         speech ? std::optional (static_cast<float> (*speech)) : std::nullopt };
}

} // namespace kikitori
