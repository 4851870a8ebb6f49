/*  What a decoder gives, as one channel at one rate, whatever changes within the stream; for AudioFileReader alone.

    Threads: one at a time.
    Failure: unreadable_audio without the file's name, for a format or a rate that cannot be converted.
*/
#pragma once

#include "Audio/ChannelChoice.h"
#include "Audio/MonoMix.h"
#include "Audio/StreamResampler.h"
#include "Core/Result.h"

#include <optional>
#include <vector>

extern "C"
{
#include <libavutil/frame.h>
}

namespace kikitori
{

class FrameMixer
{
public:
    FrameMixer (double rateToGive, ChannelChoice channel) : rate (rateToGive), choice (channel) {}

    /** Appends the frame's samples, as many as are ready. Where the format changes, the rest of the one before comes
        first. */
    Status add (const AVFrame& frame, std::vector<float>& output);

    /** Appends what is kept back. What comes then does not follow it. */
    void finish (std::vector<float>& output);

    /** The channels of the recording have cancelled each other, and the loudest was taken. */
    bool cancelled() const noexcept { return mix.cancelled(); }

private:
    Status follow (const AVFrame& frame, std::vector<float>& output);
    void mixDown();

    const double rate;
    const ChannelChoice choice;
    int frameRate = 0; ///< of the last frame
    std::vector<float> weights;
    MonoMix mix;
    std::optional<StreamResampler> resampler;
    std::vector<std::vector<float>> planes;
    std::vector<float> mono;
};

} // namespace kikitori
