#include "Backend/LanguageModel/ArpaFile.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <optional>
#include <unordered_map>

namespace kikitori::backend
{

namespace
{
constexpr double naturalOfDecimal = 2.302585092994046; // ARPA files hold logarithms to base 10

std::vector<std::string_view> fieldsOf (std::string_view line)
{
    std::vector<std::string_view> fields;

    for (std::size_t at = line.find_first_not_of (" \t\r"); at != std::string_view::npos;)
    {
        const auto end = std::min (line.find_first_of (" \t\r", at), line.size());
        fields.push_back (line.substr (at, end - at));
        at = line.find_first_not_of (" \t\r", end);
    }

    return fields;
}

std::optional<float> naturalLogarithm (std::string_view text)
{
    auto value = 0.0;
    const auto [end, error] = std::from_chars (text.data(), text.data() + text.size(), value);

    if (error != std::errc() || end != text.data() + text.size() || ! (value <= 10.0))
        return std::nullopt;

    return static_cast<float> (std::max (value, -13.5) * naturalOfDecimal);
}

class ArpaReader
{
public:
    explicit ArpaReader (const std::filesystem::path& fileToRead) : file (fileToRead), in (fileToRead)
    {
        table.words = { "<unk>", "<s>", "</s>" };

        for (const auto* name : { "<unk>", "<s>", "</s>" })
            ids.emplace (name, static_cast<WordId> (ids.size()));
    }

    Result<NGramTable> read()
    {
        if (! in)
            return Error{ "file_missing", file.string() + " is missing or cannot be read." };

        while (nextLine() && line.find ("-grams:") == std::string::npos)
            ;

        while (in && line != "\\end\\")
        {
            const auto wanted = "\\" + std::to_string (table.order() + 1) + "-grams:";

            if (line != wanted || table.order() >= longestNGram)
                return broken ("expected " + wanted + " of at most " + std::to_string (longestNGram) + " words");

            table.orders.emplace_back();

            if (auto done = readOrder(); ! done)
                return done.error();
        }

        if (line != "\\end\\" || table.orders.empty())
            return broken ("the file ends before \\end\\");

        return finish();
    }

private:
    bool nextLine()
    {
        ++number;

        if (! std::getline (in, line))
            return false;

        while (! line.empty() && (line.back() == '\r' || line.back() == ' ' || line.back() == '\t'))
            line.pop_back();

        return true;
    }

    Error broken (const std::string& what) const
    {
        return { "model_broken", file.string() + ", line " + std::to_string (number) + ": " + what + "." };
    }

    Status readOrder()
    {
        const auto order = static_cast<std::size_t> (table.order());

        while (nextLine() && (line.empty() || line.front() != '\\'))
        {
            const auto fields = fieldsOf (line);

            if (fields.empty())
                continue;

            if (fields.size() != order + 1 && fields.size() != order + 2)
                return broken ("expected a logarithm, " + std::to_string (order) + " words and perhaps a backoff");

            const auto probability = naturalLogarithm (fields.front());
            const auto backoff =
                fields.size() == order + 2 ? naturalLogarithm (fields.back()) : std::optional<float> (0.0f);

            if (! probability || ! backoff)
                return broken ("a logarithm is not a number");

            NGramKey key = 0;

            for (std::size_t i = 1; i <= order; ++i)
            {
                const auto id = idOf (fields[i], order == 1);

                if (! id)
                    return broken ("\"" + std::string (fields[i]) + "\" is no unigram, or there are too many words");

                key = key << 16 | *id;
            }

            table.orders.back().push_back ({ key, *probability, *backoff });
        }

        return success();
    }

    std::optional<WordId> idOf (std::string_view word, bool mayAdd)
    {
        const auto found = ids.find (std::string (word));

        if (found != ids.end())
            return found->second;

        if (! mayAdd || ids.size() >= mostWords)
            return std::nullopt;

        const auto id = static_cast<WordId> (ids.size());
        ids.emplace (word, id);
        table.words.emplace_back (word);
        return id;
    }

    Result<NGramTable> finish()
    {
        auto& unigrams = table.orders.front();

        for (WordId id = 0; id < 3; ++id) // files of others may lack one of the three
            if (std::none_of (unigrams.begin(), unigrams.end(), [id] (const auto& e) { return e.key == id; }))
                unigrams.push_back ({ id, -30.0f, 0.0f });

        for (auto& entries : table.orders)
            std::sort (entries.begin(), entries.end(), [] (const auto& a, const auto& b) { return a.key < b.key; });

        for (int order = 1; order <= table.order(); ++order)
        {
            const auto& entries = table.orders[static_cast<std::size_t> (order - 1)];

            for (std::size_t i = 0; i < entries.size(); ++i)
                if ((i > 0 && entries[i].key == entries[i - 1].key)
                    || (order > 1 && table.find (historyOf (entries[i].key), order - 1) == nullptr))
                    return broken ("an entry of " + std::to_string (order)
                                   + " words is there twice, or without the entry of its first words");
        }

        return std::move (table);
    }

    const std::filesystem::path file;
    std::ifstream in;
    std::string line;
    std::size_t number = 0;
    NGramTable table;
    std::unordered_map<std::string, WordId> ids;
};
} // namespace

Result<NGramTable> readArpa (const std::filesystem::path& file) { return ArpaReader (file).read(); }

Status writeArpa (const NGramTable& table, const std::filesystem::path& file)
{
    std::ofstream out (file);
    out << "\\data\\\n";

    for (int order = 1; order <= table.order(); ++order)
        out << "ngram " << order << "=" << table.orders[static_cast<std::size_t> (order - 1)].size() << "\n";

    for (int order = 1; order <= table.order(); ++order)
    {
        out << "\n\\" << order << "-grams:\n";

        for (const auto& entry : table.orders[static_cast<std::size_t> (order - 1)])
        {
            out << static_cast<double> (entry.logProbability) / naturalOfDecimal;

            for (int i = order - 1; i >= 0; --i)
                out << (i == order - 1 ? "\t" : " ") << table.words[(entry.key >> (16 * i)) & 0xffff];

            if (order < table.order() && entry.backoff != 0.0f)
                out << "\t" << static_cast<double> (entry.backoff) / naturalOfDecimal;

            out << "\n";
        }
    }

    out << "\n\\end\\\n";
    out.close();
    return out ? success() : Status (Error{ "disk_failed", file.string() + " could not be written." });
}

} // namespace kikitori::backend
