#include "Audio/FrameMixer.h"

#include "Audio/DecodedFrame.h"

#include <algorithm>

namespace kikitori
{

Status FrameMixer::follow (const AVFrame& frame, std::vector<float>& output)
{
    const auto newWeights = mixWeights (frame);
    if (frame.sample_rate == frameRate && newWeights == weights)
        return success();

    finish (output);
    frameRate = frame.sample_rate;
    weights = newWeights;
    mix.prepare (frameRate, weights);
    resampler.reset();
    if (frameRate == rate)
        return success();

    auto made = StreamResampler::create (frameRate, rate);
    if (! made)
        return made.error();
    resampler.emplace (std::move (made).value());
    return success();
}

void FrameMixer::mixDown()
{
    const auto nearest = [this] (std::size_t wanted) { return std::min (wanted, planes.size() - 1); };
    mono.resize (planes.front().size());

    switch (choice.kind)
    {
        case ChannelChoice::Kind::left: mono = planes.front(); break;
        case ChannelChoice::Kind::right: mono = planes[nearest (1)]; break;
        case ChannelChoice::Kind::numbered: mono = planes[nearest (choice.number)]; break;
        case ChannelChoice::Kind::mid:
            std::transform (planes.front().begin(), planes.front().end(), planes[nearest (1)].begin(), mono.begin(),
                            [] (float a, float b) { return 0.5f * (a + b); });
            break;
        case ChannelChoice::Kind::mix:
            std::vector<const float*> channels;
            for (const auto& plane : planes)
                channels.push_back (plane.data());
            mix.mix (channels.data(), static_cast<int> (channels.size()), 0, mono);
            break;
    }
}

Status FrameMixer::add (const AVFrame& frame, std::vector<float>& output)
{
    if (frame.sample_rate <= 0 || channelsOf (frame) <= 0 || ! toPlanes (planes, frame))
        return Error{ "unreadable_audio", "its sample format is not known" };
    if (auto followed = follow (frame, output); ! followed)
        return followed;

    mixDown();
    if (resampler)
        resampler->process (mono, output);
    else
        output.insert (output.end(), mono.begin(), mono.end());
    return success();
}

void FrameMixer::finish (std::vector<float>& output)
{
    if (resampler)
        resampler->finish (output);
}

} // namespace kikitori
