#include "Backend/Decoding/StreamJob.h"
#include "RecognizerScene.h"

using namespace kikitori::backend;
using Kind = StreamWork::Kind;

namespace
{
std::vector<StreamWork> workOf (std::size_t seconds, unsigned seed)
{
    std::mt19937 random (seed);
    const auto samples = noise (48000 * seconds);
    std::vector<StreamWork> works;

    for (std::size_t at = 0; at < samples.size();)
    {
        const auto size = std::min<std::size_t> (samples.size() - at, 1 + random() % 20000);
        const auto begin = samples.begin() + static_cast<std::ptrdiff_t> (at);
        works.push_back ({ Kind::audio, { begin, begin + static_cast<std::ptrdiff_t> (size) } });
        if (random() % 10 == 0)
            works.push_back ({ Kind::flush });
        if (random() % 15 == 0)
            works.push_back ({ Kind::gap, {}, 4800 });
        at += size;
    }

    works.push_back ({ seed % 2 == 0 ? Kind::stop : Kind::drain });
    return works;
}

std::string told (const std::vector<RecognizerEvent>& events)
{
    std::string all;
    for (const auto& event : events)
        all += std::to_string (event.segment) + " " + std::to_string (event.start) + " " + event.text + "\n";
    return all;
}
} // namespace

TEST_CASE ("streams that work together say what each says alone", "[job]")
{
    const auto model = tinyModel (true);
    const std::vector<int> chunks{ 320, 80, 320, 640, 160 };
    std::vector<StreamJob> together;

    for (std::size_t i = 0; i < chunks.size(); ++i)
    {
        RecognizerStreamOptions options;
        options.chunkMs = chunks[i];
        auto made = RecognizerStream::create (model, options);
        REQUIRE (made.ok());
        auto& job = together.emplace_back();
        job.stream = std::move (made).value();
        for (auto& work : workOf (3 + i, static_cast<unsigned> (i)))
            job.work.push_back (std::move (work));
    }

    advance (together);

    for (std::size_t i = 0; i < chunks.size(); ++i)
    {
        RecognizerStreamOptions options;
        options.chunkMs = chunks[i];
        auto made = RecognizerStream::create (model, options);
        REQUIRE (made.ok());
        const std::shared_ptr<RecognizerStream> alone = std::move (made).value();
        std::vector<RecognizerEvent> events;

        for (auto& work : workOf (3 + i, static_cast<unsigned> (i)))
        {
            StreamJob job;
            job.stream = alone;
            job.work.push_back (std::move (work));
            advance (std::span (&job, 1));
            events.insert (events.end(), job.events.begin(), job.events.end());
        }

        CHECK (together[i].stopped);
        CHECK (together[i].cutOff.has_value() == (i % 2 == 1));
        CHECK (together[i].stream->receivedSamples() == alone->receivedSamples());
        CHECK (told (together[i].events) == told (events));
        CHECK (events.size() > 3);
    }
}
