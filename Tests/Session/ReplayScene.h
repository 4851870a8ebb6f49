/*  Numbered audio for a replay buffer, and what comes out of it as a short text: "a0-4800 f4800 g4800+10 ". */
#pragma once

#include "Session/ReplayBuffer.h"
#include "Support/Catch.h"

#include <string>
#include <vector>

namespace kikitori::test
{

inline std::vector<float> numbers (std::int64_t from, std::int64_t count)
{
    std::vector<float> samples (static_cast<std::size_t> (count));

    for (std::size_t i = 0; i < samples.size(); ++i)
        samples[i] = static_cast<float> (from) + static_cast<float> (i);

    return samples;
}

/** Sends everything that is there in pieces of at most `most`; gives what came as text. */
inline std::string sendAll (ReplayBuffer& buffer, std::size_t most = 100000)
{
    std::string text;
    std::int64_t from = -1;
    std::int64_t next = -1;
    const auto endRun = [&]
    {
        if (from >= 0)
            text += "a" + std::to_string (from) + "-" + std::to_string (next) + " ";
        from = -1;
    };

    while (const auto item = buffer.next (most))
    {
        if (const auto* audio = std::get_if<ReplayBuffer::Audio> (&*item))
        {
            if (from < 0 || audio->position != next)
            {
                endRun();
                from = audio->position;
            }

            for (std::size_t i = 0; i < audio->samples.size(); ++i)
                REQUIRE (audio->samples[i] == static_cast<float> (audio->position) + static_cast<float> (i));

            next = audio->position + static_cast<std::int64_t> (audio->samples.size());
            buffer.advance (audio->samples.size());
            continue;
        }

        endRun();

        if (const auto* gap = std::get_if<ReplayBuffer::Gap> (&*item))
            text += "g" + std::to_string (gap->position) + "+" + std::to_string (gap->samples) + " ";
        else
            text += "f" + std::to_string (std::get<ReplayBuffer::Flush> (*item).position) + " ";

        buffer.advance (0);
    }

    endRun();
    return text;
}

} // namespace kikitori::test
