// What recorders, cameras and editors make: clocks, tracks, channels, changes on the way, samples in wider containers.
#include "Audio/AudioFileReader.h"
#include "Audio/FileSource.h"
#include "AudioBytes.h"
#include "Support/Catch.h"

#include <algorithm>
#include <span>

using namespace kikitori;
using namespace kikitori::test;

namespace
{

/** Seconds in which there is sound or not. */
struct Stretch
{
    double begin = 0.0;
    double end = 0.0;
};

struct Content
{
    std::vector<float> samples;
    std::vector<Stretch> holes;
    double rate = 0.0;
    double duration = 0.0;
    bool cancelled = false;
    std::optional<Error> missing;

    double seconds() const { return static_cast<double> (samples.size()) / rate; }

    double level (double from, double to) const
    {
        const auto begin = static_cast<std::size_t> (from * rate), end = static_cast<std::size_t> (to * rate);
        REQUIRE (end <= samples.size());
        double square = 0.0;
        for (auto i = begin; i < end; ++i)
            square += static_cast<double> (samples[i]) * samples[i];
        return 10.0 * std::log10 (square / static_cast<double> (end - begin) + 1e-20);
    }

    /** Where there is more than -60 dB, in steps of 10 ms; pauses of less than 100 ms are none. */
    std::vector<Stretch> sounds() const
    {
        constexpr double step = 0.01;
        std::vector<Stretch> found;
        for (double at = 0.0; at + step <= seconds(); at += step)
            if (level (at, at + step) > -60.0)
            {
                if (found.empty() || at - found.back().end > 0.1)
                    found.push_back ({ at, at });
                found.back().end = at + step;
            }
        return found;
    }
};

Content contentOfFile (const std::filesystem::path& path, AudioChoice choice = {})
{
    auto reader = AudioFileReader::open (path, {}, choice);
    INFO (path.string() << (reader ? "" : reader.error().message));
    REQUIRE (reader);
    Content content;
    content.rate = reader.value()->sampleRate();
    content.duration = reader.value()->duration();
    std::vector<float> block (1000);

    for (;;)
    {
        const auto count = reader.value()->read (block);
        REQUIRE (count);
        if (count.value() == 0)
            break;
        if (reader.value()->isHole())
        {
            if (content.holes.empty() || content.holes.back().end < content.seconds() - 1e-6)
                content.holes.push_back ({ content.seconds(), content.seconds() });
            content.holes.back().end += static_cast<double> (count.value()) / content.rate;
        }
        content.samples.insert (content.samples.end(), block.begin(),
                                block.begin() + static_cast<std::ptrdiff_t> (count.value()));
    }
    content.missing = reader.value()->missing();
    content.cancelled = reader.value()->channelsCancelled();
    return content;
}

std::string stream (const std::string& name) { return fixture ("streams/" + name); }

/** A tone at half of full scale: integers, left-aligned in containers of so many bytes, with so many valid bits. */
std::string extensibleWav (unsigned container, unsigned valid)
{
    constexpr std::uint32_t rate = 16000;
    std::string data;
    for (int i = 0; i < 8000; ++i)
    {
        const auto value = std::sin (2.0 * std::numbers::pi * 440.0 * i / rate) * 0.5 * std::exp2 (valid - 1);
        const auto bits = static_cast<std::uint32_t> (std::lround (value)) << (8 * container - valid);
        data += bytesOf (bits).substr (0, container);
    }

    const auto format = bytesOf<std::uint16_t> (0xfffe) + bytesOf<std::uint16_t> (1) + bytesOf (rate)
                        + bytesOf (rate * container) + bytesOf (static_cast<std::uint16_t> (container))
                        + bytesOf (static_cast<std::uint16_t> (8 * container)) + bytesOf<std::uint16_t> (22)
                        + bytesOf (static_cast<std::uint16_t> (valid)) + bytesOf<std::uint32_t> (0)
                        + std::string ("\x01\x00\x00\x00\x00\x00\x10\x00\x80\x00\x00\xaa\x00\x38\x9b\x71", 16);
    const auto body = "WAVEfmt " + bytesOf (static_cast<std::uint32_t> (format.size())) + format + "data"
                      + bytesOf (static_cast<std::uint32_t> (data.size())) + data;
    return "RIFF" + bytesOf (static_cast<std::uint32_t> (body.size())) + body;
}

/** A tone on some channels, each with its factor. */
std::string toneWav (const std::vector<float>& factors)
{
    std::vector<float> samples;
    for (int i = 0; i < 16000; ++i)
    {
        const auto tone = 0.5f * static_cast<float> (std::sin (2.0 * std::numbers::pi * 440.0 * i / 16000));
        for (const auto factor : factors)
            samples.push_back (factor * tone);
    }
    return floatWav (samples, 16000, static_cast<std::uint16_t> (factors.size()));
}

} // namespace

TEST_CASE ("audio that begins later than its container lies where the container says", "[streams]")
{
    for (const char* name : { "offset.mkv", "offset.mp4", "offset.mov", "offset.ts", "offset.m4a" })
    {
        INFO (name);
        const auto content = contentOfFile (stream (name));
        const auto sounds = content.sounds();
        REQUIRE (sounds.size() == 1);
        CHECK (sounds[0].begin == Approx (2.0).margin (0.03));
        CHECK (sounds[0].end == Approx (3.0).margin (0.05));
        CHECK (content.holes.empty()); // nothing was lost
        CHECK_FALSE (content.missing);
    }
}

TEST_CASE ("a hole in a container's times is silence of its length, and told", "[streams]")
{
    for (const char* name : { "hole.mkv", "hole.mp4", "hole.ts", "hole.flv" })
    {
        INFO (name);
        const auto content = contentOfFile (stream (name));
        const auto sounds = content.sounds();
        REQUIRE (sounds.size() == 2);
        CHECK (sounds[0].end == Approx (1.0).margin (0.05));
        CHECK (sounds[1].begin == Approx (4.0).margin (0.05));
        CHECK (sounds[1].end == Approx (5.02).margin (0.05));
        REQUIRE (content.holes.size() == 1);
        CHECK (content.holes[0].begin == Approx (1.0).margin (0.03));
        CHECK (content.holes[0].end == Approx (4.0).margin (0.03));
        CHECK (content.level (1.1, 3.9) == Approx (-200.0)); // nothing but zeros
    }
}

TEST_CASE ("where rate or channels change within a stream, nothing is lost", "[streams]")
{
    for (const char* name :
         { "rates.mp3", "rates.aac", "channels.mp3", "chained.ogg", "chained.opus", "chained_flac.oga" })
    {
        INFO (name);
        const auto content = contentOfFile (stream (name));
        CHECK (content.seconds() == Approx (2.05).margin (0.07));
        CHECK (content.holes.empty());
        CHECK_FALSE (content.missing);

        // The same tone in both parts, and nothing else.
        for (const double from : { 0.2, 1.3 })
        {
            const auto begin = content.samples.begin() + static_cast<std::ptrdiff_t> (from * content.rate);
            const std::vector<float> part (begin, begin + static_cast<std::ptrdiff_t> (content.rate / 2));
            const auto tone = amplitudeAt (part, 440.0, content.rate);
            const auto whole = std::sqrt (2.0) * std::pow (10.0, content.level (from, from + 0.5) / 20.0);
            CHECK (tone > 0.07);
            CHECK (tone == Approx (whole).epsilon (0.03));
        }
    }
}

TEST_CASE ("the audio of an MXF file is read", "[streams]")
{
    const auto content = contentOfFile (stream ("tone.mxf"));
    CHECK (content.seconds() == Approx (0.2).margin (0.001));
    CHECK (content.level (0.0, 0.2) == Approx (-21.07).margin (0.05));
}

TEST_CASE ("a track is chosen by its number, and tracks have names", "[streams]")
{
    const auto file = stream ("two_tracks.mkv");
    CHECK (contentOfFile (file).sounds().empty());
    CHECK (contentOfFile (file, { 1, {} }).sounds().empty());
    CHECK (contentOfFile (file, { 2, {} }).level (0.1, 0.9) > -25.0);

    const auto reader = AudioFileReader::open (file);
    REQUIRE (reader);
    CHECK (reader.value()->tracks() == std::vector<AudioTrack>{ { "eng", 1 }, { "Guest", 1 } });
    CHECK (reader.value()->track() == 1);

    const auto third = AudioFileReader::open (file, {}, { 3, {} });
    REQUIRE_FALSE (third);
    CHECK (third.error().code == "no_track");
    CHECK (third.error().message == file + " has 2 audio tracks. Choose one from 1 to 2.");
}

TEST_CASE ("a source tells at its end of a track with sound, and of channels that cancel each other", "[streams]")
{
    const auto notesOf = [] (const std::filesystem::path& file, AudioChoice choice)
    {
        auto source = openAudioFile (file, {}, choice);
        REQUIRE (source);
        std::vector<float> block (4096);
        for (;;)
        {
            const auto count = source.value()->read (block);
            REQUIRE (count);
            if (count.value() == 0)
                return source.value()->notes();
        }
    };
    CHECK (notesOf (stream ("two_tracks.mkv"), {}) == RecordingNotes{ false, 2 });
    CHECK (notesOf (stream ("two_tracks.mkv"), { 2, {} }) == RecordingNotes{});
    CHECK (notesOf (fixture ("tone.wav"), {}) == RecordingNotes{});
    const ScratchFile antiphase (toneWav ({ 1.0f, -1.0f })), silent (toneWav ({ 0.0f, 0.0f }));
    CHECK (notesOf (antiphase.path, {}) == RecordingNotes{ true, 0 });
    CHECK (notesOf (antiphase.path, { 0, { ChannelChoice::Kind::left, 0 } }) == RecordingNotes{});
    CHECK (notesOf (silent.path, {}) == RecordingNotes{});
}

TEST_CASE ("a voice keeps its level whatever its channels are", "[streams]")
{
    constexpr double tone = -9.03;
    std::vector<float> sixteen (16, 0.0f);
    sixteen[0] = 1.0f;

    for (const auto& [factors, cancels] : { std::pair{ std::vector<float>{ 1.0f }, false }, { { 1.0f, 1.0f }, false },
                                            { { 0.0f, 1.0f }, false }, { { 1.0f, -1.0f }, true },
                                            { { 0.0f, 0.0f, 1.0f, 0.0f, 0.0f, 0.0f }, false }, { sixteen, false } })
    {
        INFO (factors.size() << " channels");
        const ScratchFile file (toneWav (factors));
        const auto content = contentOfFile (file.path);
        CHECK (content.level (0.0, 1.0) == Approx (tone).margin (0.05));
        CHECK (content.cancelled == cancels);
    }
    const auto centre = contentOfFile (stream ("centre.m4a")); // it says that it is 5.1
    CHECK (centre.level (0.1, 0.9) == Approx (-21.07).margin (0.3));
}

TEST_CASE ("a channel is chosen by its number, and one that is not there is refused", "[streams]")
{
    using Kind = ChannelChoice::Kind;
    const ScratchFile file (toneWav ({ 1.0f, 0.0f, -0.5f }));
    const auto level = [&file] (ChannelChoice channel)
    { return contentOfFile (file.path, { 0, channel }).level (0.0, 1.0); };
    CHECK (level ({ Kind::left, 0 }) == Approx (-9.03).margin (0.05));
    CHECK (level ({ Kind::right, 0 }) == Approx (-200.0));
    CHECK (level ({ Kind::mid, 0 }) == Approx (-15.05).margin (0.05));
    CHECK (level ({ Kind::numbered, 2 }) == Approx (-15.05).margin (0.05));

    const auto fourth = AudioFileReader::open (file.path, {}, { 0, { Kind::numbered, 3 } });
    REQUIRE_FALSE (fourth);
    CHECK (fourth.error().code == "no_channel");
    CHECK (fourth.error().message == file.path.string() + " has 3 channels. Choose one from 1 to 3.");
}

TEST_CASE ("integers in wider containers are read as what they are", "[streams]")
{
    for (const auto& [container, valid] : { std::pair{ 4u, 24u }, { 4u, 20u }, { 4u, 16u }, { 4u, 32u }, { 3u, 20u },
                                            { 3u, 18u }, { 3u, 24u }, { 2u, 12u } })
    {
        INFO (valid << " bits in " << 8 * container);
        const ScratchFile file (extensibleWav (container, valid));
        const auto content = contentOfFile (file.path);
        CHECK (content.duration == Approx (0.5));
        REQUIRE (content.samples.size() == 8000);
        auto largestError = 0.0;
        for (int i = 0; i < 8000; ++i)
            largestError = std::max (largestError,
                                     std::abs (content.samples[static_cast<std::size_t> (i)]
                                               - 0.5 * std::sin (2.0 * std::numbers::pi * 440.0 * i / 16000.0)));
        CHECK (largestError <= std::exp2 (1 - static_cast<int> (std::min (valid, 24u)))); // floats have 24 bits
        CHECK_FALSE (content.missing);
    }
}
