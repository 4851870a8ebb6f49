// How an NGramModel is written to lm.bin and read again.
#include "Backend/LanguageModel/NGramModel.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <fstream>
#include <sstream>

namespace kikitori::backend
{

static_assert (std::endian::native == std::endian::little, "lm.bin is little endian");

namespace
{
constexpr std::string_view magic = "kikilm01";

std::int16_t quantised (float logarithm) noexcept
{
    return static_cast<std::int16_t> (std::clamp (std::round (logarithm * NGramModel::steps), -32768.0f, 32767.0f));
}

/** FNV-1a, 64 bits. */
std::uint64_t checksum (std::string_view bytes) noexcept
{
    std::uint64_t hash = 0xcbf29ce484222325;

    for (const auto byte : bytes)
        hash = (hash ^ static_cast<unsigned char> (byte)) * 0x100000001b3;

    return hash;
}

class ByteWriter
{
public:
    template <typename T>
    void value (T number)
    {
        bytes.append (reinterpret_cast<const char*> (&number), sizeof (T));
    }

    template <typename T>
    void array (const std::vector<T>& values)
    {
        bytes.append (reinterpret_cast<const char*> (values.data()), values.size() * sizeof (T));
    }

    std::string bytes;
};

class ByteReader
{
public:
    explicit ByteReader (std::string_view bytesToRead) : rest (bytesToRead) {}

    template <typename T>
    T value()
    {
        T number{};
        copy (&number, sizeof (T));
        return number;
    }

    template <typename T>
    std::vector<T> array (std::size_t count)
    {
        if (count > rest.size() / sizeof (T))
        {
            isShort = true;
            return {};
        }

        std::vector<T> values (count);
        copy (values.data(), count * sizeof (T));
        return values;
    }

    std::string text (std::size_t length)
    {
        const auto characters = array<char> (length);
        return { characters.begin(), characters.end() };
    }

    bool isComplete() const noexcept { return ! isShort && rest.empty(); }

private:
    void copy (void* target, std::size_t size)
    {
        isShort = isShort || size > rest.size();

        if (isShort || size == 0)
            return;

        std::memcpy (target, rest.data(), size);
        rest.remove_prefix (size);
    }

    std::string_view rest;
    bool isShort = false;
};
} // namespace

NGramModel::Level NGramModel::levelOf (const NGramTable& table, int order)
{
    const auto& entries = table.orders[static_cast<std::size_t> (order - 1)];
    const auto isHighest = order == table.order();
    Level level;
    std::size_t next = 0;

    for (const auto& entry : entries)
    {
        if (order > 1)
            level.lastWords.push_back (lastWordOf (entry.key));

        level.probabilities.push_back (quantised (entry.logProbability));

        if (isHighest)
            continue;

        const auto& longer = table.orders[static_cast<std::size_t> (order)];
        level.backoffs.push_back (quantised (entry.backoff));
        level.firstChildren.push_back (static_cast<std::uint32_t> (next));

        while (next < longer.size() && historyOf (longer[next].key) == entry.key)
            ++next;
    }

    if (! isHighest)
        level.firstChildren.push_back (static_cast<std::uint32_t> (next));

    return level;
}

Status NGramModel::write (const NGramTable& table, const std::filesystem::path& file)
{
    ByteWriter content;
    content.value (static_cast<std::uint32_t> (table.order()));
    content.value (static_cast<std::uint32_t> (table.words.size()));

    for (const auto& entries : table.orders)
        content.value (static_cast<std::uint32_t> (entries.size()));

    for (const auto& word : table.words)
    {
        const auto length = std::min<std::size_t> (word.size(), 255);
        content.value (static_cast<std::uint8_t> (length));
        content.bytes.append (word, 0, length);
    }

    for (int order = 1; order <= table.order(); ++order)
    {
        const auto level = levelOf (table, order);
        content.array (level.lastWords);
        content.array (level.probabilities);
        content.array (level.backoffs);
        content.array (level.firstChildren);
    }

    std::ofstream out (file, std::ios::binary);
    const auto sum = checksum (content.bytes);
    out.write (magic.data(), static_cast<std::streamsize> (magic.size()));
    out.write (reinterpret_cast<const char*> (&sum), sizeof (sum));
    out.write (content.bytes.data(), static_cast<std::streamsize> (content.bytes.size()));
    out.close();
    return out ? success() : Status (Error{ "disk_failed", file.string() + " could not be written." });
}

Result<std::shared_ptr<const NGramModel>> NGramModel::load (const std::filesystem::path& file)
{
    std::ifstream in (file, std::ios::binary);
    std::stringstream read;
    read << in.rdbuf();

    if (! in)
        return Error{ "file_missing", "The language model " + file.string() + " is missing or cannot be read." };

    const auto bytes = std::move (read).str();
    const auto broken = Error{ "model_broken", "The language model " + file.string()
                                                   + " is damaged or of another kind; copy it again or make it with "
                                                     "kikitori-lm." };
    constexpr auto headerSize = magic.size() + sizeof (std::uint64_t);

    if (bytes.size() < headerSize || ! bytes.starts_with (magic))
        return broken;

    const auto content = std::string_view (bytes).substr (headerSize);
    auto model = std::make_shared<NGramModel>();
    ByteReader reader (content);

    if (ByteReader (std::string_view (bytes).substr (magic.size())).value<std::uint64_t>() != checksum (content))
        return broken;

    const auto order = reader.value<std::uint32_t>();
    const auto wordCount = reader.value<std::uint32_t>();

    if (order < 1 || order > longestNGram || wordCount < 3 || wordCount > mostWords)
        return broken;

    const auto counts = reader.array<std::uint32_t> (order);

    for (std::uint32_t i = 0; i < wordCount; ++i)
        model->wordList.push_back (reader.text (reader.value<std::uint8_t>()));

    for (std::uint32_t i = 0; i < order && i < counts.size(); ++i)
    {
        auto& level = model->levels.emplace_back();
        level.lastWords = reader.array<WordId> (i == 0 ? 0 : counts[i]);
        level.probabilities = reader.array<std::int16_t> (counts[i]);
        level.backoffs = reader.array<std::int16_t> (i + 1 < order ? counts[i] : 0);
        level.firstChildren = reader.array<std::uint32_t> (i + 1 < order ? std::size_t{ counts[i] } + 1 : 0);
    }

    if (! reader.isComplete() || ! model->isSound())
        return broken;

    return std::shared_ptr<const NGramModel> (std::move (model));
}

bool NGramModel::isSound() const noexcept
{
    if (levels.empty() || levels.front().probabilities.size() != wordList.size())
        return false;

    for (std::size_t i = 0; i < levels.size(); ++i)
    {
        const auto& level = levels[i];

        if (std::any_of (level.lastWords.begin(), level.lastWords.end(),
                         [this] (WordId word) { return word >= wordList.size(); }))
            return false;

        if (i + 1 < levels.size()
            && (! std::is_sorted (level.firstChildren.begin(), level.firstChildren.end())
                || level.firstChildren.back() > levels[i + 1].probabilities.size()))
            return false;
    }

    return true;
}

} // namespace kikitori::backend
