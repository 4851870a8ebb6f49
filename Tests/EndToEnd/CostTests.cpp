#include "Rig.h"
#include "Support/Catch.h"
#include "Support/LongRun.h"

#include "Audio/AudioFileReader.h"

using namespace kikitori;
using namespace kikitori::testing;

namespace
{

std::vector<float> repeated (const std::vector<float>& samples, std::size_t length)
{
    std::vector<float> out;
    out.reserve (length);
    while (out.size() < length)
        out.push_back (samples[out.size() % samples.size()]);
    return out;
}

/** The backend's CPU seconds for one more stream. */
double costOf (const Rig& rig, const std::string& file)
{
    const pid_t backend = rig.localBackendPid();
    const auto before = ChildProcess::cpuSeconds (backend);
    const auto result = rig.runClient ({ "transcribe", file }, std::chrono::seconds (1200));
    INFO (result.errors);
    REQUIRE (result.code == 0);
    const auto after = ChildProcess::cpuSeconds (backend);
    REQUIRE (before.has_value());
    REQUIRE (after.has_value());
    return *after - *before;
}

} // namespace

TEST_CASE ("a second of audio costs the same in a short and in a long stream", "[load]")
{
    const Rig rig;
    const auto speech = readAudioFile (sampleRecording());
    REQUIRE (speech);
    const auto& samples = speech.value().samples;
    const auto rate = speech.value().sampleRate;

    const double longSeconds = kikitori::test::shortOrLong (60.0, 600.0);
    const auto shortFile =
        rig.writeWav ("short.wav", repeated (samples, static_cast<std::size_t> (10.0 * rate)), 16000);
    const auto longFile =
        rig.writeWav ("long.wav", repeated (samples, static_cast<std::size_t> (longSeconds * rate)), 16000);

    REQUIRE (rig.runClient ({ "transcribe", shortFile }).code == 0); // starts the backend and loads the model
    double shortCost = 0.0;
    constexpr int rounds = 6;
    for (int i = 0; i < rounds; ++i)
        shortCost += costOf (rig, shortFile) / (10.0 * rounds);
    const double longCost = costOf (rig, longFile) / longSeconds;

    WARN ("backend CPU per second of audio: " << shortCost << " s in 10 s, " << longCost << " s in " << longSeconds
                                              << " s");
    // The short form only tells a cost that grows with the stream from one that does not: on a busy machine ten
    // seconds are too few for a figure. CPU time is counted in ticks of 10 ms.
    const double bound = kikitori::test::shortOrLong (1.5, 1.1);
    CHECK (longCost <= bound * shortCost + 0.0005);
}
