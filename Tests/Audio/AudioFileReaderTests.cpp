#include "Audio/AudioFileReader.h"
#include "AudioBytes.h"
#include "Support/Catch.h"

#include <algorithm>
#include <limits>
#include <utility>

#include <sys/stat.h>

using namespace kikitori;
using namespace kikitori::test;

TEST_CASE ("the tone comes out of every format")
{
    for (const char* name : { "tone.wav", "tone.flac", "tone.mp3", "tone.m4a", "tone.ogg", "tone.opus" })
    {
        INFO (name);
        const auto content = readAudioFile (fixture (name));
        REQUIRE (content);
        const auto& samples = content.value().samples;
        const auto rate = content.value().sampleRate;
        CHECK (rate == (std::string (name) == "tone.opus" ? 48000.0 : 44100.0));
        CHECK (static_cast<double> (samples.size()) / rate == Approx (0.5).margin (0.06));
        CHECK (amplitudeAt (samples, 440.0, rate) == Approx (0.0884).epsilon (0.12));
        CHECK (amplitudeAt (samples, 1000.0, rate) < 0.01);
    }
}

TEST_CASE ("samples of a channel come out exact, in pieces of any size")
{
    std::vector<float> samples (3000);
    for (std::size_t i = 0; i < samples.size(); ++i)
        samples[i] = static_cast<float> (i) / 4096.0f - 0.3f;
    const ScratchFile file (floatWav (samples, 96000, 3));

    for (const std::size_t piece : { 1u, 4u, 300u, 10000u })
        for (const std::size_t channel : { 0u, 1u, 2u })
        {
            auto reader = AudioFileReader::open (
                file.path, {}, { 0, { ChannelChoice::Kind::numbered, static_cast<std::uint8_t> (channel) } });
            REQUIRE (reader);
            CHECK (reader.value()->tracks() == std::vector{ AudioTrack{ "", 3 } });
            CHECK (reader.value()->sampleRate() == 96000.0);

            std::vector<float> read, buffer (piece), wanted;
            for (std::size_t i = channel; i < samples.size(); i += 3)
                wanted.push_back (samples[i]);
            for (;;)
            {
                const auto count = reader.value()->read (buffer);
                REQUIRE (count);
                if (count.value() == 0)
                    break;
                read.insert (read.end(), buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t> (count.value()));
            }
            CHECK (read == wanted);
        }
}

TEST_CASE ("NaN and infinity become silence")
{
    const float inf = std::numeric_limits<float>::infinity();
    const ScratchFile file (floatWav ({ 0.5f, std::numeric_limits<float>::quiet_NaN(), inf, -inf, 0.25f }, 16000, 1));
    const auto content = readAudioFile (file.path);
    REQUIRE (content);
    CHECK (content.value().samples == std::vector<float>{ 0.5f, 0.0f, 0.0f, 0.0f, 0.25f });
}

TEST_CASE ("what cannot be read is named with the reason")
{
    const auto missing = AudioFileReader::open ("/nowhere/a.wav");
    CHECK (missing.error().code == "file_missing");
    CHECK (missing.error().message.find ("/nowhere/a.wav") == 0);

    const ScratchFile text ("this is no audio at all, whatever its name says"), empty ("");
    const ScratchFile badRate (floatWav ({ 0.0f, 0.0f }, 100, 1)), zeroRate (floatWav ({ 0.0f }, 0, 1));
    for (const auto* file : { &text, &empty, &badRate, &zeroRate })
    {
        const auto reader = AudioFileReader::open (file->path);
        REQUIRE_FALSE (reader);
        CHECK (reader.error().code == "unreadable_audio");
        CHECK (reader.error().message.find (file->path.string()) == 0);
    }
    CHECK (AudioFileReader::open (std::filesystem::temp_directory_path()).error().code == "unreadable_audio");
    CHECK (AudioFileReader::open (KIKITORI_FIXTURES "/speech/manifest.jsonl").error().code == "unreadable_audio");
}

TEST_CASE ("a file that breaks off gives what is there")
{
    std::ifstream in (fixture ("tone.mp3"), std::ios::binary);
    const std::string whole ((std::istreambuf_iterator<char> (in)), {});
    const ScratchFile half (whole.substr (0, whole.size() / 2));
    const auto content = readAudioFile (half.path);
    REQUIRE (content);
    CHECK (content.value().samples.size() > 5000);
}

namespace
{

std::optional<Error> missingIn (const std::string& bytes)
{
    const ScratchFile file (bytes);
    const auto content = readAudioFile (file.path);
    REQUIRE (content);
    return content.value().missing;
}

} // namespace

TEST_CASE ("a file that is whole lacks nothing")
{
    for (const char* name : { "tone.wav", "tone.flac", "tone.mp3", "tone.m4a", "tone.ogg", "tone.opus" })
    {
        INFO (name);
        CHECK_FALSE (missingIn (contentOf (fixture (name))));
    }
    for (const auto& entry : std::filesystem::directory_iterator (KIKITORI_FIXTURES "/speech/audio"))
    {
        INFO (entry.path().string());
        const auto content = readAudioFile (entry.path());
        REQUIRE (content);
        CHECK_FALSE (content.value().missing);
    }
}

TEST_CASE ("a file that is cut short says so")
{
    for (const auto& [name, share] : { std::pair{ "tone.wav", 0.3 }, { "tone.wav", 0.9 }, { "tone.flac", 0.7 },
                                       { "tone.mp3", 0.35 }, { "../speech/audio/arctic_a0009_1592748391.opus", 0.8 } })
    {
        INFO (name << " at " << share);
        const auto whole = contentOf (fixture (name));
        const auto missing = missingIn (whole.substr (0, static_cast<std::size_t> (share * double (whole.size()))));
        REQUIRE (missing);
        CHECK (missing->code == "incomplete_audio");
        CHECK (missing->message.find ("cut short") != std::string::npos);
    }

    // Of exact formats, a tenth of a second is enough.
    const auto wav = floatWav (std::vector<float> (16000, 0.1f), 16000, 1);
    const auto missing = missingIn (wav.substr (0, wav.size() - 1600 * 4));
    REQUIRE (missing);
    CHECK (missing->message.find ("0.10 s of 1.0 s are missing") != std::string::npos);
}

TEST_CASE ("damage in the middle of a file is told with its length")
{
    auto flac = contentOf (fixture ("tone.flac"));
    std::fill_n (flac.begin() + static_cast<std::ptrdiff_t> (flac.size() / 2), 600, '\x5a');
    const auto missing = missingIn (flac);
    REQUIRE (missing);
    CHECK (missing->message.find ("of 0.50 s are missing") != std::string::npos);
}

TEST_CASE ("a length that nobody knew is not believed")
{
    // As writers to a pipe leave a WAV header, the size of its data unknown.
    for (const std::uint32_t size : { 0u, 0x7ffff000u, 0x80000000u, 0xffffffffu })
    {
        INFO (size);
        auto wav = floatWav (std::vector<float> (16000, 0.1f), 16000, 1);
        wav.replace (wav.find ("data") + 4, 4, bytesOf (size));
        CHECK_FALSE (missingIn (wav));
    }

    // A FLAC encoder that could not go back leaves no number of samples (36 bits of STREAMINFO).
    auto flac = contentOf (fixture ("tone.flac"));
    flac[21] = static_cast<char> (flac[21] & 0xf0);
    flac.replace (22, 4, std::string (4, '\0'));
    CHECK_FALSE (missingIn (flac));

    // Without a Xing header the length of an MP3 file is a guess.
    auto mp3 = contentOf (fixture ("tone.mp3"));
    for (const char* mark : { "Xing", "Info" })
        if (const auto at = mp3.find (mark); at != std::string::npos)
            mp3.replace (at, 4, 4, '\0');
    CHECK_FALSE (missingIn (mp3));
}

namespace
{

std::string bigEndian (std::uint64_t value, std::size_t bytes)
{
    std::string text;
    while (bytes-- > 0)
        text += static_cast<char> (value >> (8 * bytes) & 255);
    return text;
}

const std::string guidTail ("\xf3\xac\xd3\x11\x8c\xd1\x00\xc0\x4f\x8e\xdb\x8a", 12);

/** Sixteen-bit silence of 16 kHz. stated: the bytes that the header announces. */
std::string wave64 (std::size_t samples, std::uint64_t stated)
{
    const auto format = bytesOf<std::uint16_t> (1) + bytesOf<std::uint16_t> (1) + bytesOf<std::uint32_t> (16000)
                        + bytesOf<std::uint32_t> (32000) + bytesOf<std::uint16_t> (2) + bytesOf<std::uint16_t> (16);
    const auto chunk = [] (const std::string& id, const std::string& body)
    { return id + guidTail + bytesOf<std::uint64_t> (24 + body.size()) + body; };
    return std::string ("riff\x2e\x91\xcf\x11\xa5\xd6\x28\xdb\x04\xc1\x00\x00", 16)
           + bytesOf<std::uint64_t> (128 + stated) + "wave" + guidTail + chunk ("fmt ", format) + "data" + guidTail
           + bytesOf<std::uint64_t> (24 + stated) + std::string (2 * samples, '\0');
}

std::string caf (std::size_t samples, std::uint64_t stated)
{
    std::string rate (8, '\0');
    const double hertz = 16000.0;
    std::memcpy (rate.data(), &hertz, 8);
    std::reverse (rate.begin(), rate.end());
    return "caff" + bigEndian (1, 2) + bigEndian (0, 2) + "desc" + bigEndian (32, 8) + rate + "lpcm" + bigEndian (0, 4)
           + bigEndian (2, 4) + bigEndian (1, 4) + bigEndian (1, 4) + bigEndian (16, 4) + "data" + bigEndian (stated, 8)
           + bigEndian (0, 4) + std::string (2 * samples, '\0');
}

std::string au (std::size_t samples, std::uint64_t stated)
{
    return ".snd" + bigEndian (28, 4) + bigEndian (stated, 4) + bigEndian (3, 4) + bigEndian (16000, 4)
           + bigEndian (1, 4) + bigEndian (0, 4) + std::string (2 * samples, '\0');
}

/** Gives these bytes, which must outlive it, as a pipe does. */
auto pipeOf (const std::string& bytes)
{
    return [&bytes, given = std::size_t{ 0 }] (std::span<char> room) mutable
    {
        const auto count = std::min ({ room.size(), bytes.size() - given, std::size_t{ 1000 } });
        std::copy_n (bytes.begin() + static_cast<std::ptrdiff_t> (given), count, room.begin());
        given += count;
        return count;
    };
}

/** All of a pipe that gives these bytes. */
std::optional<Error> missingInPipe (const std::string& bytes)
{
    auto reader = AudioFileReader::open (pipeOf (bytes), "standard input");
    REQUIRE (reader);

    std::vector<float> block (4096);
    for (;;)
    {
        const auto read = reader.value()->read (block);
        REQUIRE (read);
        if (read.value() == 0)
            return reader.value()->missing();
    }
}

} // namespace

TEST_CASE ("W64, CAF and AU files that are cut short say so, and a length that nobody knew is not believed")
{
    constexpr std::uint64_t editCount = 4, unknown = ~std::uint64_t{ 0 };
    for (const auto& file : { wave64 (8000, 32000), caf (8000, 32000 + editCount), au (8000, 32000) })
    {
        INFO (file.substr (0, 4));
        const auto missing = missingIn (file);
        REQUIRE (missing);
        CHECK (missing->message.find ("0.50 s of 1.0 s are missing") != std::string::npos);
        CHECK (missingInPipe (file));
    }
    for (const auto& file : { wave64 (8000, 16000), caf (8000, 16000 + editCount), au (8000, 16000),
                              caf (8000, unknown), au (8000, 0xffffffff) })
    {
        INFO (file.substr (0, 4));
        CHECK_FALSE (missingIn (file));
        CHECK_FALSE (missingInPipe (file));
    }
}

TEST_CASE ("a pipe that ends too early says so")
{
    const auto wav = floatWav (std::vector<float> (16000, 0.1f), 16000, 1);
    CHECK_FALSE (missingInPipe (wav));
    const auto missing = missingInPipe (wav.substr (0, wav.size() / 2));
    REQUIRE (missing);
    CHECK (missing->message.find ("standard input is cut short") == 0);

    // Half a gibibyte and more behind RIFF's 32 bits: RF64 has the length in a chunk of its own.
    auto large = wav;
    large.replace (0, 4, "RF64").replace (4, 4, "\xff\xff\xff\xff");
    large.insert (12, "ds64" + bytesOf<std::uint32_t> (28) + bytesOf<std::uint64_t> (5'000'000'000)
                          + bytesOf<std::uint64_t> (4'999'000'000) + bytesOf<std::uint64_t> (0)
                          + bytesOf<std::uint32_t> (0));
    large.replace (large.find ("data") + 4, 4, "\xff\xff\xff\xff");
    CHECK (missingInPipe (large));
    CHECK (missingIn (large));
}

TEST_CASE ("an MP3 file without a stated length that ends within a frame says so")
{
    auto mp3 = contentOf (fixture ("tone.mp3"));
    for (const char* mark : { "Xing", "Info" })
        if (const auto at = mp3.find (mark); at != std::string::npos)
            mp3.replace (at, 4, 4, '\0');
    const auto missing = missingIn (mp3.substr (0, mp3.size() - 20));
    REQUIRE (missing);
    CHECK (missing->message.find ("its end is missing") != std::string::npos);
    CHECK_FALSE (missingIn (mp3 + "TAG" + std::string (125, ' '))); // ID3v1
}

TEST_CASE ("no file opens another one: playlists and lists of files are not read")
{
    const ScratchFile recording (contentOf (fixture ("tone.mp3")), ".mp3");
    const auto name = recording.path.filename().string();
    const ScratchFile playlist ("#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:1,\n" + name + "\n#EXT-X-ENDLIST\n",
                                ".m3u8");
    const ScratchFile endless ("#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n" + recording.path.string() + "\n");
    const ScratchFile list ("ffconcat version 1.0\nfile " + name + "\n");
    const ScratchFile description ("v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\n"
                                   "m=audio 5004 RTP/AVP 0\n",
                                   ".sdp");
    const ScratchFile dash ("<?xml version=\"1.0\"?><MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\" type=\"static\">"
                            "<Period><AdaptationSet mimeType=\"audio/mp4\"><Representation id=\"a\"><BaseURL>"
                                + name + "</BaseURL></Representation></AdaptationSet></Period></MPD>",
                            ".mpd");
    const ScratchFile effects ("[a]aevalsrc=0[out]", ".wav");

    for (const auto* file : { &playlist, &endless, &list, &description, &dash, &effects })
    {
        INFO (file->path);
        const auto reader = AudioFileReader::open (file->path);
        REQUIRE_FALSE (reader);
        CHECK (reader.error().code == "unreadable_audio");

        const auto bytes = contentOf (file->path);
        auto isGiven = false;
        CHECK_FALSE (AudioFileReader::open (
            [&] (std::span<char> room)
            {
                const auto count = std::exchange (isGiven, true) ? 0 : std::min (room.size(), bytes.size());
                std::copy_n (bytes.begin(), count, room.begin());
                return count;
            },
            "standard input"));
    }
    // A path is a path, whatever address it looks like.
    for (const char* address : { "concat:/etc/hosts", "http://127.0.0.1:1/a.wav", "file:/etc/hosts", "pipe:0" })
        CHECK (AudioFileReader::open (address).error().code == "file_missing");
}

TEST_CASE ("reading ends soon after it is told to")
{
    CHECK (AudioFileReader::open (fixture ("tone.wav"), [] { return true; }).error().code == "cancelled");

    const ScratchFile longer (floatWav (std::vector<float> (200'000, 0.1f), 16000, 1));
    auto shouldStop = false;
    auto reader = AudioFileReader::open (longer.path, [&] { return shouldStop; });
    REQUIRE (reader);
    std::vector<float> block (1000);
    REQUIRE (reader.value()->read (block));
    shouldStop = true;
    auto read = reader.value()->read (block);
    while (read && read.value() > 0) // what is decoded already
        read = reader.value()->read (block);
    REQUIRE_FALSE (read);
    CHECK (read.error().code == "cancelled");

    // A pipe that nobody writes into.
    const ScratchFile pipe ("");
    REQUIRE (std::filesystem::remove (pipe.path));
    REQUIRE (::mkfifo (pipe.path.c_str(), 0600) == 0);
    auto asked = 0;
    CHECK (AudioFileReader::open (pipe.path, [&] { return ++asked > 2; }).error().code == "cancelled");
}

TEST_CASE ("a pipe is read as a file is")
{
    for (const char* name : { "tone.wav", "tone.flac", "tone.mp3", "tone.ogg", "tone.opus" })
    {
        INFO (name);
        const auto bytes = contentOf (fixture (name));
        auto reader = AudioFileReader::open (pipeOf (bytes), "standard input");
        REQUIRE (reader);

        std::vector<float> block (4096);
        std::size_t samples = 0;
        for (std::size_t frames = 1; frames > 0; samples += frames)
        {
            const auto read = reader.value()->read (block);
            REQUIRE (read);
            frames = read.value();
        }
        CHECK (static_cast<double> (samples) / reader.value()->sampleRate() == Approx (0.5).margin (0.06));
        CHECK_FALSE (reader.value()->missing());
    }

    const auto nothing = AudioFileReader::open ([] (std::span<char>) { return std::size_t{ 0 }; }, "standard input");
    REQUIRE_FALSE (nothing);
    CHECK (nothing.error().code == "unreadable_audio");
    CHECK (nothing.error().message.find ("standard input") == 0);
}

TEST_CASE ("a file past the limit is refused")
{
    CHECK (readAudioFile (fixture ("tone.wav"), 0.1).error().code == "too_long");
}
