#include "Audio/SampleFeed.h"

#include "Core/Guarded.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace kikitori
{

namespace
{

constexpr double blockSeconds = 0.01;

std::size_t framesPerBlock (const SampleSource& source)
{
    return std::max<std::size_t> (1, static_cast<std::size_t> (source.sampleRate() * blockSeconds));
}

} // namespace

Result<std::size_t> MemorySource::read (std::span<float> interleaved)
{
    const auto count = std::min (interleaved.size(), samples.size() - position);
    std::copy_n (samples.begin() + static_cast<std::ptrdiff_t> (position), count, interleaved.begin());
    position += count;
    return count;
}

SampleFeed::SampleFeed (std::unique_ptr<SampleSource> sourceToPlay, bool playsInRealtime, double tailSeconds)
    : source (std::move (sourceToPlay)), realtime (playsInRealtime),
      tailFrames (static_cast<std::size_t> (std::max (0.0, tailSeconds) * source->sampleRate()))
{
}

SampleFeed::~SampleFeed() { SampleFeed::stop(); }

void SampleFeed::prepare (AudioTap& tap)
{
    // A recording can wait: the stream that reads it ends by itself if the backend does not come back.
    if (! realtime)
        tap.setWaitWithoutProgress (std::chrono::hours (24));

    tap.prepare (source->sampleRate(), static_cast<int> (framesPerBlock (*source)), source->channels());
}

void SampleFeed::start (AudioTap& tap)
{
    thread = guardedThread (
        "files",
        [this, &tap]
        {
            if (const auto played = guarded ("files", [&] { play (tap); }); ! played)
            {
                const std::lock_guard lock (errorMutex);
                error = played.error();
            }

            isFinished = true;
        });
}

void SampleFeed::stop()
{
    shouldStop = true;
    source->cancel();
    if (thread.joinable())
        thread.join();
}

double SampleFeed::seconds() const { return static_cast<double> (framesPushed.load()) / source->sampleRate(); }

std::optional<Error> SampleFeed::problem() const
{
    const std::lock_guard lock (errorMutex);
    return error;
}

RecordingNotes SampleFeed::notes() const
{
    const std::lock_guard lock (errorMutex);
    return noted;
}

std::size_t SampleFeed::readBlock (std::span<float> interleaved)
{
    auto read = source->read (interleaved);
    if (! read)
    {
        const std::lock_guard lock (errorMutex);
        error = read.error();
        return 0;
    }
    if (read.value() > 0)
        return read.value();
    if (! shouldStop && ! std::exchange (isRead, true))
    {
        const auto notes = source->notes();
        const std::lock_guard lock (errorMutex);
        error = source->missing();
        noted = notes;
    }

    const auto silence = std::min (tailFrames, interleaved.size() / static_cast<std::size_t> (source->channels()));
    std::fill (interleaved.begin(), interleaved.end(), 0.0f);
    tailFrames -= silence;
    return silence;
}

void SampleFeed::play (AudioTap& tap)
{
    const auto channels = static_cast<std::size_t> (source->channels());
    const auto blockFrames = framesPerBlock (*source);
    std::vector<float> interleaved (blockFrames * channels);
    std::vector<std::vector<float>> planes (channels, std::vector<float> (blockFrames));
    std::vector<const float*> pointers;
    for (const auto& plane : planes)
        pointers.push_back (plane.data());

    AudioTap::BlockInfo info;
    info.isNonRealtime = ! realtime;
    const auto begin = std::chrono::steady_clock::now();

    while (! shouldStop)
    {
        const auto frames = readBlock (interleaved);
        if (frames == 0)
            break;
        auto loudest = loudestSample.load();
        for (std::size_t c = 0; c < channels; ++c)
            for (std::size_t i = 0; i < frames; ++i)
            {
                planes[c][i] = interleaved[i * channels + c];
                loudest = std::max (loudest, std::abs (planes[c][i]));
            }
        loudestSample = loudest;

        // A microphone's block arrives when its last sample has been spoken.
        const auto pushed = framesPushed.load() + frames;
        if (realtime)
            std::this_thread::sleep_until (
                begin
                + std::chrono::duration_cast<std::chrono::steady_clock::duration> (
                    std::chrono::duration<double> (static_cast<double> (pushed) / source->sampleRate())));
        if (source->isHole())
            tap.addGap (frames);
        else
            tap.process (pointers.data(), static_cast<int> (channels), static_cast<int> (frames), info);
        framesPushed = pushed;
    }
}

} // namespace kikitori
