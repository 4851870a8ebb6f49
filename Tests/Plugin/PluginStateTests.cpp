#include "Plugin/Processor/PluginState.h"

#include "PluginScene.h"
#include "Support/Catch.h"
#include "Support/ForeignLocale.h"
#include "Support/LongRun.h"
#include "Transcript/Takes.h"

#include <random>
#include <thread>

using namespace kikitori;
using namespace kikitori::test;
using namespace kikitori::plugin;

namespace
{

PluginState example()
{
    PluginState state;
    state.settings = { "https://gpu.test:58081",
                       "conformer-large",
                       "Kikitori, Ann",
                       "ja",
                       640,
                       true,
                       true,
                       900,
                       700,
                       "talk",
                       "Ann",
                       true,
                       "i16",
                       120,
                       "um =",
                       "ja",
                       { { "page", "settings" } } };
    state.channel = "3";
    state.bypass = true;

    auto transcript = std::make_shared<TranscriptSnapshot>();
    for (int i = 0; i < 200; ++i)
    {
        Segment segment;
        segment.text = "segment " + std::to_string (i) + " 聞き取り";
        segment.startSample = i * 48000;
        segment.endSample = segment.startSample + 40000;
        segment.confirmed = i != 199;
        transcript->finals.push_back (segment);
    }
    transcript->takes = { { 0, {} }, { 96000, std::chrono::system_clock::time_point (std::chrono::seconds (1700000000)) } };
    state.transcript = transcript;
    return state;
}

} // namespace

TEST_CASE ("State survives writing and reading, the transcript included, compactly")
{
    const auto state = example();
    const auto data = writeState (state);
    CHECK (data.getSize() < 4000);

    const auto read = readState (data.getData(), static_cast<int> (data.getSize()));
    REQUIRE (read.ok());
    CHECK (read.value().settings == state.settings);
    CHECK (read.value().channel == "3");
    CHECK (read.value().bypass);
    REQUIRE (read.value().transcript != nullptr);
    REQUIRE (read.value().transcript->finals.size() == 200);
    const auto& last = read.value().transcript->finals.back();
    CHECK (last.text == "segment 199 聞き取り");
    CHECK (last.startSample == 199 * 48000);
    CHECK_FALSE (last.confirmed);
    CHECK (read.value().transcript->takes == state.transcript->takes);
}

TEST_CASE ("A project that was saved before there were takes has none, and its words are a take before the next ones")
{
    auto transcript = std::make_shared<TranscriptSnapshot>();
    transcript->finals.push_back (example().transcript->finals[5]);
    PluginState state;
    state.transcript = transcript;
    const auto data = writeState (state);
    const auto read = readState (data.getData(), static_cast<int> (data.getSize()));
    REQUIRE (read.ok());
    REQUIRE (read.value().transcript != nullptr);
    CHECK (read.value().transcript->takes.empty());

    PluginScene scene;
    scene.processor->setStateInformation (data.getData(), static_cast<int> (data.getSize()));
    scene.prepare();
    scene.processor->setTranscribing (true);
    scene.play (Milliseconds (5000));
    const auto takes = takesWithWords (*scene.processor->wholeTranscript());
    REQUIRE (takes.size() == 2);
    CHECK (takes[0] == TranscriptTake());
    CHECK (takes[1].firstSample == transcript->finals.back().endSample);
    CHECK (takes[1].startedAt);
}

TEST_CASE ("What is known of a segment comes back exactly: words, clock, the host's place, gaps")
{
    auto transcript = std::make_shared<TranscriptSnapshot>();
    Segment segment;
    segment.startSample = 96000;
    segment.endSample = 192000;
    segment.startSeconds = 2.0;
    segment.endSeconds = 4.0;
    segment.text = "hello there";
    segment.gapBefore = true;
    segment.wallClock = std::chrono::system_clock::time_point (std::chrono::milliseconds (1'795'000'000'123));
    segment.host = HostPosition{ 61.25, 2'940'000, 122.5, 31, 3.5, 2 };
    const auto later = *segment.wallClock + std::chrono::milliseconds (1000);
    segment.tokens = { { "hello", 96000, 120000, 2.0, 2.5, 0.875, segment.wallClock, segment.host },
                       { "there", 144000, 192000, 3.0, 4.0, 0.5, later,
                         HostPosition{ 62.25, 2'988'000, 124.5, 32, 1.5, 2 } },
                       { "you", 180000, 192000, 3.75, 4.0, 0.5, {}, {} } };
    transcript->finals.push_back (segment);
    PluginState state;
    state.transcript = transcript;
    const auto data = writeState (state);
    const auto read = readState (data.getData(), static_cast<int> (data.getSize()));
    REQUIRE (read.ok());
    REQUIRE (read.value().transcript->finals.size() == 1);
    CHECK (read.value().transcript->finals[0] == segment);
}

TEST_CASE ("A host's locale changes nothing of what is saved and read")
{
    auto state = example();
    auto transcript = std::make_shared<TranscriptSnapshot> (*state.transcript);
    auto segment = transcript->finals[0];
    segment.startSeconds = 0.0;
    segment.endSeconds = 40000.0 / 48000.0;
    segment.host = HostPosition{ 61.25, 2'940'000, 122.5, 31, 3.5, 2, 1.5 };
    segment.tokens = { { "segment", 0, 24000, 0.0, 0.5, 0.875, {}, segment.host } };
    transcript->finals.truncate (0);
    transcript->finals.push_back (segment);
    state.transcript = transcript;
    const auto plain = writeState (state);

    for (const auto* name : { "de_DE", "tr_TR" })
    {
        const kikitori::testing::ForeignLocale locale (name);
        CAPTURE (name);
        CHECK (writeState (state) == plain);
        const auto read = readState (plain.getData(), static_cast<int> (plain.getSize()));
        REQUIRE (read.ok());
        CHECK (read.value().settings == state.settings);
        REQUIRE (read.value().transcript->finals.size() == 1);
        CHECK (read.value().transcript->finals[0] == segment);
    }
}

TEST_CASE ("An hour of speech with the times of its words takes less than 1 MB")
{
    std::minstd_rand random (7);
    auto transcript = std::make_shared<TranscriptSnapshot>();

    for (int i = 0; i < 720; ++i) // five seconds each, 2.5 words a second
    {
        Segment segment;
        segment.startSample = i * 240000;
        segment.endSample = segment.startSample + 230000;
        segment.host = HostPosition{ i * 5.0 + 0.01, i * 240000, i * 9.97, i, 1.5, 1 };
        segment.wallClock = std::chrono::system_clock::time_point (std::chrono::seconds (1'795'000'000 + 5 * i));

        for (int word = 0; word < 12; ++word)
        {
            TranscriptToken token;
            for (auto left = 1 + random() % 9; left > 0; --left)
                token.text += static_cast<char> ('a' + random() % 26);
            token.startSample = segment.startSample + word * 19000 + static_cast<int> (random() % 9000);
            token.endSample = token.startSample + 8000;
            token.confidence = static_cast<double> (random() % 1000) / 1000.0;
            token.wallClock = segment.wallClock;
            token.host = HostPosition{ static_cast<double> (token.startSample) / 48000.0,
                                       token.startSample,
                                       static_cast<double> (token.startSample) / 24000.0,
                                       i,
                                       1.7,
                                       1 };
            segment.text += (word > 0 ? " " : "") + token.text;
            segment.tokens.push_back (token);
        }

        transcript->finals.push_back (segment);
    }

    PluginState state;
    state.transcript = transcript;
    CHECK (writeState (state).getSize() < 1'000'000);
}

TEST_CASE ("A project never holds a password or a token, whatever was typed as the address")
{
    for (const auto* typed : { "https://ann:secret@gpu.test:58081", "wss://secret@gpu.test:58081/ws?token=secret",
                               "ann:secret@gpu.test:58081", "gpu.test:58081?token=secret#secret" })
    {
        PluginState state;
        state.settings.address = typed;
        const auto data = writeState (state);
        const auto read = readState (data.getData(), static_cast<int> (data.getSize()));
        REQUIRE (read.ok());
        CHECK (read.value().settings.address.find ("secret") == std::string::npos);
        CHECK (read.value().settings.address.find ("gpu.test:58081") != std::string::npos);
    }
}

TEST_CASE ("Garbage is refused with a note and changes nothing")
{
    PluginScene scene;
    auto& processor = *scene.processor;
    auto settings = processor.stream().settings();
    settings.model = "mine";
    processor.stream().setSettings (settings);
    std::minstd_rand random (3);

    for (int round = 0; round < 200; ++round)
    {
        auto data = round % 2 == 0 ? writeState (example()) : juce::MemoryBlock (100);
        for (int i = 0; i < 20; ++i)
            data[static_cast<int> (random() % data.getSize())] = static_cast<char> (random());
        if (! readState (data.getData(), static_cast<int> (data.getSize())).ok())
        {
            processor.stream().setNotice (std::nullopt);
            processor.setStateInformation (data.getData(), static_cast<int> (data.getSize()));
            REQUIRE (processor.snapshot().notice.has_value());
            CHECK (processor.snapshot().notice->code == "bad_state");
            CHECK (processor.stream().settings().model == "mine");
        }
    }

    processor.setStateInformation (nullptr, 0);
    CHECK (processor.stream().settings().model == "mine");
}

TEST_CASE ("A small file that unpacks to very much is refused before it fills the memory")
{
    const StateLimits limits;
    juce::MemoryOutputStream packed;
    {
        juce::GZIPCompressorOutputStream stream (packed, 6, juce::GZIPCompressorOutputStream::windowBitsGZIP);
        const std::string spaces (1 << 20, ' ');
        for (std::size_t written = 0; written <= limits.settings + (1 << 20); written += 1 << 20)
            stream.write (spaces.data(), spaces.size());
        stream.write ("{\"format\":\"kikitori\"}", 21);
    }
    const auto read = readState (packed.getData(), static_cast<int> (packed.getDataSize()));
    REQUIRE_FALSE (read.ok());
    CHECK (read.error().message.find ("too large") != std::string::npos);
}

TEST_CASE ("A state that nests or holds more values than any project is refused before it fills the memory")
{
    const auto packed = [] (const std::string& text)
    {
        juce::MemoryOutputStream out;
        {
            juce::GZIPCompressorOutputStream stream (out, 6, juce::GZIPCompressorOutputStream::windowBitsGZIP);
            stream.write (text.data(), text.size());
        }
        return out.getMemoryBlock();
    };
    std::string many;
    for (int i = 0; i < 2'000'000; ++i)
        many += "0,";

    for (const auto* place : { "settings", "transcript" })
        for (const auto& inner : { std::string (8u << 20, '['), "[[" + many + "0]]" })
        {
            INFO (place);
            const auto data = packed (R"({"format":"kikitori","version":2,"model":"mine",")" + std::string (place) + "\":" + inner
                                      + "}");
            const auto read = readState (data.getData(), static_cast<int> (data.getSize()));
            const auto isTold = ! read.ok() || read.value().trouble.has_value();
            CHECK (isTold);
        }
}

namespace
{
/** Rows with words; many of them take no two bytes alike. */
std::shared_ptr<TranscriptSnapshot> longTalk (int rows, int wordsEach)
{
    auto transcript = std::make_shared<TranscriptSnapshot>();

    for (int i = 0; i < rows; ++i)
    {
        Segment segment;
        segment.startSample = std::int64_t{ i } * 240000;
        segment.endSample = segment.startSample + 230000;
        segment.startSeconds = static_cast<double> (segment.startSample) / 48000.0;
        segment.endSeconds = static_cast<double> (segment.endSample) / 48000.0;
        segment.id = i;

        for (int word = 0; word < wordsEach; ++word)
        {
            TranscriptToken token;
            token.text = "word" + std::to_string (word);
            token.startSample = segment.startSample + word * 10000;
            token.endSample = token.startSample + 8000;
            token.startSeconds = static_cast<double> (token.startSample) / 48000.0;
            token.endSeconds = static_cast<double> (token.endSample) / 48000.0;
            segment.text += (word > 0 ? " " : "") + token.text;
            segment.tokens.push_back (std::move (token));
        }

        transcript->finals.push_back (std::move (segment));
    }

    return transcript;
}

PluginState readBack (const juce::MemoryBlock& data, const StateLimits& limits = {})
{
    auto read = readState (data.getData(), static_cast<int> (data.getSize()), limits);
    REQUIRE (read.ok());
    return std::move (read).value();
}
} // namespace

TEST_CASE ("What is written can be read back: at a limit everything, just over it the newest rows, and the rest is told")
{
    PluginState state;
    state.transcript = longTalk (300, 12);
    StateLimits limits;

    SECTION ("rows")
    {
        limits.rows = 300;
        CHECK (writeState (state, limits).leftOut == 0);
        limits.rows = 299;
        CHECK (writeState (state, limits).leftOut == 1);
    }

    SECTION ("words")
    {
        limits.words = 300 * 12;
        CHECK (writeState (state, limits).leftOut == 0);
        limits.words -= 1;
        CHECK (writeState (state, limits).leftOut == 1);
    }

    SECTION ("bytes, every limit around the size of the whole")
    {
        std::size_t least = 0;

        for (std::size_t bytes = 1; bytes < (1u << 20); bytes *= 2)
            if (limits.bytes = bytes; writeState (state, limits).leftOut == 0)
            {
                least = bytes / 2;
                break;
            }

        REQUIRE (least > 1000);

        for (limits.bytes = least; limits.bytes < 2 * least; limits.bytes += least / 37)
        {
            const auto written = writeState (state, limits);
            const auto read = readBack (written.data, limits);
            CHECK_FALSE (read.trouble);
            REQUIRE (read.transcript != nullptr);
            CHECK (read.transcript->finals.size() + written.leftOut == 300);
        }
    }

    const auto written = writeState (state, limits);
    const auto read = readBack (written.data, limits);
    CHECK_FALSE (read.trouble);
    REQUIRE (read.transcript != nullptr);
    REQUIRE (read.transcript->finals.size() == 300 - written.leftOut);
    CHECK (read.transcript->finals.back().text == state.transcript->finals.back().text);
    CHECK (read.transcript->finals[0].text == state.transcript->finals[written.leftOut].text);
}

TEST_CASE ("More than 64 hours of speech come back whole")
{
    const auto rows = shortOrLong (10'000, 60'000);
    PluginState state;
    state.settings.model = "mine";
    state.transcript = longTalk (rows, 12);
    const auto written = writeState (state, {});
    CHECK (written.leftOut == 0);
    const auto read = readBack (written.data);
    CHECK_FALSE (read.trouble);
    CHECK (read.settings.model == "mine");
    REQUIRE (read.transcript->finals.size() == static_cast<std::size_t> (rows));
    CHECK (read.transcript->finals.back() == state.transcript->finals.back());
}

TEST_CASE ("A row with more words than any speaker has keeps them all")
{
    PluginState state;
    state.transcript = longTalk (1, 5000);
    CHECK (readBack (writeState (state)).transcript->finals[0] == state.transcript->finals[0]);
}

TEST_CASE ("A state whose transcript is damaged or too large gives its settings and the rows before that place")
{
    PluginState state;
    state.settings.model = "mine";
    state.settings.chunkMs = 640;
    state.transcript = longTalk (2000, 12);
    auto data = writeState (state);
    StateLimits limits;

    SECTION ("cut off") { data.setSize (data.getSize() * 2 / 3); }
    SECTION ("overwritten")
    {
        for (int i = 0; i < 200; ++i)
            data[static_cast<int> (data.getSize() * 2 / 3) + i] = static_cast<char> (0x55);
    }
    SECTION ("another's, with more rows than we read") { limits.rows = 1000; }

    const auto read = readBack (data, limits);
    REQUIRE (read.trouble.has_value());
    CHECK (read.trouble->code == "state_unread");
    CHECK (read.settings.model == "mine");
    CHECK (read.settings.chunkMs == 640);
    REQUIRE (read.transcript != nullptr);
    CHECK (read.transcript->finals.size() > 500);
    CHECK (read.transcript->finals[499].text == state.transcript->finals[499].text);
}

TEST_CASE ("A project written by an earlier version, with keys behind the transcript, is read whole")
{
    const std::string text =
        R"({"address":"local","format":"kikitori","model":"mine","transcript":[[0,48000,"one",true],)"
        R"([48000,96000,"two",false,{"gap":true}]],"version":1,"views":{"page":"live"},"word_rules":"um ="})";
    juce::MemoryOutputStream packed;
    {
        juce::GZIPCompressorOutputStream stream (packed, 6, juce::GZIPCompressorOutputStream::windowBitsGZIP);
        stream.write (text.data(), text.size());
    }
    const auto read = readBack (packed.getMemoryBlock());
    CHECK_FALSE (read.trouble);
    CHECK (read.settings.wordRules == "um =");
    CHECK (read.settings.views.at ("page") == "live");
    REQUIRE (read.transcript->finals.size() == 2);
    CHECK (read.transcript->finals[1].gapBefore);
    CHECK_FALSE (read.transcript->finals[1].confirmed);
}

TEST_CASE ("What could not be read is kept beside, once, and the window says where")
{
    PluginScene scene;
    auto& processor = *scene.processor;
    PluginState state;
    state.settings.model = "mine";
    state.transcript = longTalk (500, 12);
    auto data = writeState (state);
    data.setSize (data.getSize() / 2);

    for (int i = 0; i < 2; ++i)
        processor.setStateInformation (data.getData(), static_cast<int> (data.getSize()));

    CHECK (processor.stream().settings().model == "mine");
    REQUIRE (processor.stream().notice().has_value());
    CHECK (processor.stream().notice()->code == "state_unread");
    const std::filesystem::directory_iterator files (scene.dataFolder.path / "unread");
    const auto file = files->path();
    CHECK (std::distance (files, {}) == 1);
    CHECK (processor.stream().notice()->message.find (file.string()) != std::string::npos);
    CHECK (std::filesystem::file_size (file) == data.getSize());
    CHECK ((std::filesystem::status (file).permissions() & std::filesystem::perms (077)) == std::filesystem::perms::none);
    CHECK (readState (data.getData(), static_cast<int> (data.getSize())).value().transcript->finals.size() > 100);

    // What was never ours is not kept.
    const std::string other (1000, 'x');
    processor.setStateInformation (other.data(), 1000);
    CHECK (processor.stream().notice()->code == "bad_state");
    CHECK (std::distance (std::filesystem::directory_iterator (scene.dataFolder.path / "unread"), {}) == 1);
}

TEST_CASE ("What a project cannot hold is kept whole in a file beside before it is saved, and told")
{
    StateLimits limits;
    limits.rows = 100;
    PluginScene scene (nullptr, {}, {}, limits);
    auto& processor = *scene.processor;
    processor.stream().setEarlier (longTalk (120, 3));
    juce::MemoryBlock data;

    for (int i = 0; i < 3; ++i)
        processor.getStateInformation (data);

    CHECK (readBack (data, limits).transcript->finals.size() == 100);
    REQUIRE (processor.stream().notice().has_value());
    CHECK (processor.stream().notice()->code == "transcript_too_long");
    const std::filesystem::directory_iterator files (scene.dataFolder.path / "long");
    const auto file = files->path();
    CHECK (std::distance (files, {}) == 1);
    CHECK (readJournal (file).value().transcript->finals.size() == 120);
}

TEST_CASE ("A newer version is read as far as it is understood; odd values become defaults")
{
    const std::string text = R"({"format":"kikitori","version":99,"address":17,"model":"","chunk_ms":1e300,)"
                             R"("width":-5,"spoken_language":"no tag","future":{"a":1},"transcript":[[1,2],["x",2,"t",true],[5,3,"ok",true]]})";
    juce::MemoryOutputStream packed;
    {
        juce::GZIPCompressorOutputStream stream (packed, 6, juce::GZIPCompressorOutputStream::windowBitsGZIP);
        stream.write (text.data(), text.size());
    }
    const auto read = readState (packed.getData(), static_cast<int> (packed.getDataSize()));
    REQUIRE (read.ok());
    CHECK (read.value().settings.address == "local");
    CHECK (read.value().settings.model == "conformer");
    CHECK (read.value().settings.chunkMs <= 10000);
    CHECK (read.value().settings.spokenLanguage.empty());
    CHECK (read.value().settings.editorWidth == 640);
    REQUIRE (read.value().transcript->finals.size() == 1);
    CHECK (read.value().transcript->finals.back().endSample >= read.value().transcript->finals.back().startSample);
}

TEST_CASE ("A processor takes its state on from another, on any thread")
{
    PluginScene first, second;
    auto settings = first.processor->stream().settings();
    settings.address = "https://gpu.test:1";
    settings.chunkMs = 640;
    first.processor->stream().setSettings (settings);
    first.processor->hostParameters().channelParameter = 2;
    juce::MemoryBlock data;
    first.processor->getStateInformation (data);

    std::thread ([&] { second.processor->setStateInformation (data.getData(), static_cast<int> (data.getSize())); })
        .join();
    CHECK (second.processor->stream().settings() == settings);
    CHECK (second.processor->hostParameters().channel().kind == ChannelChoice::Kind::right);
    CHECK_FALSE (second.processor->hostParameters().isTranscribing());
}

TEST_CASE ("Words understood after a project was loaded are saved behind the earlier ones")
{
    PluginScene scene;
    const auto saved = writeState (example());
    scene.processor->setStateInformation (saved.getData(), static_cast<int> (saved.getSize()));
    auto settings = scene.processor->stream().settings();
    settings.address = "local";
    scene.processor->stream().setSettings (settings);
    scene.processor->hostParameters().bypass = false;
    scene.prepare();
    scene.processor->setTranscribing (true);
    scene.play (Milliseconds (5000));

    juce::MemoryBlock data;
    scene.processor->getStateInformation (data);
    const auto read = readState (data.getData(), static_cast<int> (data.getSize()));
    REQUIRE (read.ok());
    REQUIRE (read.value().transcript->finals.size() > 200);
    const auto& before = read.value().transcript->finals[199];
    const auto& after = read.value().transcript->finals[200];
    CHECK (after.text == "w0");
    CHECK (after.startSample >= before.endSample);
}
