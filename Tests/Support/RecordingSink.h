/*  A TapSink that keeps everything that came.

    Threads: one. Failure: none.
*/
#pragma once

#include "Audio/TapReader.h"

#include <string>
#include <vector>

namespace kikitori::test
{

class RecordingSink : public TapSink
{
public:
    struct Span
    {
        std::int64_t position = 0;
        std::int64_t samples = 0;

        bool operator== (const Span&) const = default;
    };

    struct Jump
    {
        std::int64_t position = 0;
        PlayheadInfo playhead;
        bool isJump = false;
    };

    void onAudio (std::int64_t position, std::span<const float> samples) override
    {
        isInOrder = isInOrder && position == next;
        next = position + static_cast<std::int64_t> (samples.size());
        audio.insert (audio.end(), samples.begin(), samples.end());
    }

    void onGap (std::int64_t position, std::int64_t samples) override
    {
        isInOrder = isInOrder && position == next;
        next = position + samples;
        gaps.push_back ({ position, samples });
    }

    void onPlayhead (std::int64_t position, const PlayheadInfo& playhead, double, bool isJump) override
    {
        playheads.push_back ({ position, playhead, isJump });
    }

    void onFormat (std::int64_t position, double hostRate) override
    {
        formats.push_back ({ position, static_cast<std::int64_t> (hostRate) });
    }

    void onTapError (const Error& error) override { errors.push_back (error.message); }

    std::vector<float> audio;
    std::vector<Span> gaps;
    std::vector<Span> formats; ///< position, rate
    std::vector<Jump> playheads;
    std::vector<std::string> errors;
    std::int64_t next = 0;
    bool isInOrder = true; ///< every piece began where the one before ended
};

} // namespace kikitori::test
