#include "Plugin/Processor/StateReader.h"

#include "Plugin/Processor/StoredTranscript.h"
#include "Protocol/JsonReading.h"

#include <array>
#include <istream>

namespace kikitori::plugin
{

using Json = nlohmann::json;

namespace
{
constexpr auto rowsKey = "transcript";
}

/** The unpacked text; it ends early where a limit is reached. */
class StateReader::Unpacker final : public std::streambuf
{
public:
    Unpacker (const void* data, std::size_t size, StateReader& readerToAsk)
        : reader (readerToAsk), packed (data, size, false),
          stream (&packed, false, juce::GZIPDecompressorInputStream::gzipFormat)
    {
    }

private:
    int_type underflow() override
    {
        if (reader.tooLarge)
            return traits_type::eof();

        const auto count = stream.read (piece.data(), static_cast<int> (piece.size()));

        if (count <= 0)
            return traits_type::eof();

        bytes += static_cast<std::size_t> (count);

        if (reader.key != rowsKey)
            settingsBytes += static_cast<std::size_t> (count);
        if (bytes > reader.limits.bytes || settingsBytes > reader.limits.settings + piece.size())
        {
            reader.tooLarge = true;
            return traits_type::eof();
        }

        setg (piece.data(), piece.data(), piece.data() + count);
        return traits_type::to_int_type (piece[0]);
    }

    StateReader& reader;
    juce::MemoryInputStream packed;
    juce::GZIPDecompressorInputStream stream;
    std::array<char, 16384> piece{};
    std::size_t bytes = 0;
    std::size_t settingsBytes = 0;
};

StateReader::StateReader (const void* data, std::size_t size, const StateLimits& limitsToKeep) : limits (limitsToKeep)
{
    Unpacker unpacker (data, size, *this);
    std::istream text (&unpacker);
    const auto whole = Json::parse (
        text, [this] (int depth, Json::parse_event_t event, const Json& parsed)
        { return takeParsed (depth, event, parsed); }, false);
    incomplete = incomplete || tooLarge || whole.is_discarded();

    if (const auto takes = read.find ("takes"); takes != read.end())
        rows->takes = restoreTakes (*takes);
}

bool StateReader::takeParsed (int depth, Json::parse_event_t event, const Json& parsed)
{
    using Event = Json::parse_event_t;
    const bool isWhole = event == Event::value || event == Event::array_end || event == Event::object_end;

    // Some bytes of a file can nest, or hold more values, than a DAW has memory for.
    if (depth > deepestJson || ++values > mostValues)
    {
        tooLarge = true;
        return false;
    }

    if (depth == 1 && event == Event::key)
        key = parsed.get<std::string>();

    if (key == rowsKey && depth == 2 && isWhole)
    {
        take (parsed);
        values = 0;
        return false; // it takes no memory any more
    }

    if (key != rowsKey && depth == 1 && isWhole)
        read[key] = parsed;

    return true;
}

void StateReader::take (const Json& row)
{
    if (tooLarge)
        return;

    auto segment = restoreSegment (row);

    if (! segment)
    {
        incomplete = true;
        return;
    }

    words += segment->tokens.size();

    if (rows->finals.size() >= limits.rows || words > limits.words)
    {
        tooLarge = true;
        return;
    }

    segment->id = static_cast<std::int64_t> (rows->finals.size());
    rows->finals.push_back (std::move (*segment));
}

std::shared_ptr<const TranscriptSnapshot> StateReader::transcript() const
{
    return rows->finals.empty() ? nullptr : rows;
}

} // namespace kikitori::plugin
