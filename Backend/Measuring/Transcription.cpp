#include "Backend/Measuring/Transcription.h"

#include "Backend/Decoding/WordBuilder.h"

#include <algorithm>
#include <ctime>

namespace kikitori::backend
{

namespace
{
/** Follows one segment's partials to its final. */
class Follower
{
public:
    Follower (Transcription& transcriptionToFill, double sampleRate)
        : transcription (transcriptionToFill), rate (sampleRate)
    {
    }

    void take (const RecognizerEvent& event, std::int64_t received)
    {
        if (! event.text.starts_with (promised))
            ++transcription.changedAfterStable;

        const auto isFinal = event.kind == RecognizerEvent::Kind::final;
        const auto stable = isFinal ? event.text.size() : bytesOf (event.text, event.stable);
        promised = event.text.substr (0, stable);
        auto end = std::size_t{ 0 };

        for (std::size_t i = 0; i < event.tokens.size(); ++i)
        {
            end = event.text.find (event.tokens[i].text, end) + event.tokens[i].text.size();

            if (end <= stable && i >= stableAt.size())
                stableAt.push_back (received);
        }

        if (isFinal)
            finish (event);
    }

private:
    static std::size_t bytesOf (const std::string& text, std::int64_t characters)
    {
        std::size_t at = 0;

        for (; characters > 0 && at < text.size(); --characters)
            for (++at; at < text.size() && (static_cast<unsigned char> (text[at]) & 0xc0) == 0x80;)
                ++at;

        return at;
    }

    void finish (const RecognizerEvent& event)
    {
        for (std::size_t i = 0; i < event.tokens.size(); ++i)
        {
            const auto& token = event.tokens[i];
            transcription.words.push_back (
                { token.text, static_cast<double> (token.start) / rate, static_cast<double> (token.end) / rate,
                  static_cast<double> (token.confidence),
                  std::max (0.0, static_cast<double> (stableAt[i] - token.end) / rate), false });
        }

        promised.clear();
        stableAt.clear();
    }

    Transcription& transcription;
    const double rate;
    std::string promised;
    std::vector<std::int64_t> stableAt; ///< of each word of the segment
};
} // namespace

double threadCpuSeconds()
{
    timespec time{};
    clock_gettime (CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double> (time.tv_sec) + 1e-9 * static_cast<double> (time.tv_nsec);
}

Transcription transcribe (const std::shared_ptr<const RecognizerModel>& model,
                          const Recording& recording,
                          int chunkMs,
                          const std::vector<std::string>& hotwords)
{
    Transcription result;
    RecognizerStreamOptions options;
    options.sampleRate = recording.sampleRate;
    options.chunkMs = chunkMs;
    options.hotwords = hotwords;
    auto stream = RecognizerStream::create (model, options);

    if (! stream)
        return result;

    Follower follower (result, options.sampleRate);
    std::vector<float> samples (recording.samples);
    samples.resize (samples.size() + static_cast<std::size_t> (options.sampleRate / 2));
    const auto block = static_cast<std::size_t> (options.sampleRate / 50);
    const auto before = threadCpuSeconds();
    std::vector<RecognizerEvent> events;

    for (std::size_t at = 0; at < samples.size() + block; at += block)
    {
        if (at < samples.size())
            stream.value()->push (std::span (samples).subspan (at, std::min (block, samples.size() - at)), events);
        else
            stream.value()->flush (events);

        for (const auto& event : events)
            follower.take (event, stream.value()->receivedSamples());

        events.clear();
    }

    result.cpuSeconds = threadCpuSeconds() - before;
    return result;
}

std::size_t countErrors (const std::vector<std::string>& reference, std::vector<HeardWord>& heard)
{
    const auto width = heard.size() + 1;
    std::vector<std::size_t> cost ((reference.size() + 1) * width);

    for (std::size_t i = 0; i <= reference.size(); ++i)
        for (std::size_t j = 0; j < width; ++j)
        {
            auto& best = cost[i * width + j];
            best = i == 0   ? j
                   : j == 0 ? i
                            : cost[(i - 1) * width + j - 1] + (reference[i - 1] == heard[j - 1].text ? 0 : 1);

            if (i > 0 && j > 0)
                best = std::min ({ best, cost[(i - 1) * width + j] + 1, cost[i * width + j - 1] + 1 });
        }

    for (std::size_t i = reference.size(), j = heard.size(); i > 0 && j > 0;)
    {
        const auto here = cost[i * width + j];
        const auto isSame = reference[i - 1] == heard[j - 1].text;

        if (here == cost[(i - 1) * width + j - 1] + (isSame ? 0 : 1))
        {
            heard[--j].isRight = isSame;
            --i;
        }
        else if (here == cost[(i - 1) * width + j] + 1)
        {
            --i;
        }
        else
        {
            --j;
        }
    }

    return cost.back();
}

} // namespace kikitori::backend
