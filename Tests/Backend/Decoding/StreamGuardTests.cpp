#include "Backend/Decoding/StreamJob.h"
#include "RecognizerScene.h"
#include "Support/RealtimeGuard.h"

#include "Audio/AudioFileReader.h"

using namespace kikitori::backend;
using kikitori::test::RealtimeSection;

namespace
{
constexpr std::size_t rate = 48000;
constexpr std::size_t frame = rate / 25;

struct Counts
{
    std::uint64_t quiet = 0; ///< allocations in calls that told nothing
    std::uint64_t told = 0;  ///< in the others
    int quietCalls = 0, toldCalls = 0;
};

/** Pushes everything in pieces of 40 ms. */
Counts push (RecognizerStream& recognizer, std::span<const float> samples)
{
    Counts counts;
    std::vector<RecognizerEvent> events;
    events.reserve (1000);

    for (; samples.size() >= frame; samples = samples.subspan (frame))
    {
        const auto before = events.size();
        RealtimeSection section;
        recognizer.push (samples.first (frame), events);
        const auto allocations = section.end().allocations;
        auto& sum = events.size() == before ? counts.quiet : counts.told;
        ++(events.size() == before ? counts.quietCalls : counts.toldCalls);
        sum += allocations;
    }

    return counts;
}

std::unique_ptr<RecognizerStream> starterStream()
{
    static const auto model = RecognizerModel::load (KIKITORI_SOURCE_DIR "/Assets/models/conformer");
    REQUIRE (model.ok());
    auto made = RecognizerStream::create (model.value(), {});
    REQUIRE (made.ok());
    return std::move (made).value();
}

/** Speech with pauses, again and again, at 48 kHz. */
std::vector<float> speech (std::size_t seconds)
{
    const auto file = kikitori::readAudioFile (KIKITORI_SOURCE_DIR "/Assets/samples/kathleen.flac");
    REQUIRE (file);
    const auto& samples = file.value().samples;
    std::vector<float> out;
    for (std::size_t i = 0; out.size() < seconds * rate; ++i)
        out.push_back (samples[i * static_cast<std::size_t> (file.value().sampleRate) / rate % samples.size()]);
    return out;
}
} // namespace

TEST_CASE ("a stream whose text stays the same allocates nothing after its first segments", "[recognizer]")
{
    const auto recognizer = starterStream();
    const auto samples = speech (60);
    (void) push (*recognizer, samples);
    const auto counts = push (*recognizer, samples);
    CHECK (counts.quiet == 0);
    CHECK (counts.quietCalls > 1000);
    CHECK (counts.toldCalls > 10);
    // A text, its words, and what of it was told last.
    CHECK (counts.told < 30u * static_cast<unsigned> (counts.toldCalls));
}

TEST_CASE ("noise without a pause, which is cut at the cap, allocates nothing either", "[recognizer]")
{
    RecognizerStreamOptions options;
    options.partialIntervalMs = 1000000;
    const auto recognizer = stream (options, GENERATE (false, true));
    const auto samples = noise (rate * 50);
    (void) push (*recognizer, samples);
    const auto counts = push (*recognizer, samples);
    CHECK (counts.quiet == 0);
    CHECK (counts.toldCalls >= 2);
}

TEST_CASE ("streams that work together allocate nothing but for what they tell", "[job]")
{
    const auto samples = speech (40);
    std::vector<StreamJob> jobs (2);

    for (auto& job : jobs)
    {
        job.stream = starterStream();
        job.work.resize (2);
        job.events.reserve (1000);
    }

    std::uint64_t quiet = 0;
    auto quietCalls = 0;

    for (std::size_t at = 0; at + 2 * frame <= samples.size(); at += 2 * frame)
    {
        const auto events = jobs[0].events.size() + jobs[1].events.size();

        for (auto& job : jobs)
            for (std::size_t i = 0; i < 2; ++i)
                job.work[i].samples.assign (samples.begin() + static_cast<std::ptrdiff_t> (at + i * frame),
                                            samples.begin() + static_cast<std::ptrdiff_t> (at + (i + 1) * frame));

        RealtimeSection section;
        advance (jobs);
        const auto allocations = section.end().allocations;

        if (at > samples.size() / 2 && jobs[0].events.size() + jobs[1].events.size() == events)
        {
            quiet += allocations;
            ++quietCalls;
        }
    }

    CHECK (quiet == 0);
    CHECK (quietCalls > 100);
}
