#include "Backend/Datasets/LayoutReaders.h"

#include "Platform/FileFacts.h"
#include "Protocol/JsonReading.h"

#include <algorithm>
#include <fstream>

namespace kikitori::backend
{

namespace fs = std::filesystem;

namespace
{
constexpr std::uint32_t splitParts = 50;

Error badLine (const fs::path& file, int line, const std::string& what)
{
    return { "bad_data", file.string() + " line " + std::to_string (line) + ": " + what };
}

/** FNV-1a: the same on every machine, so that a test utterance stays one. */
std::string splitOf (const std::string& id)
{
    std::uint32_t hash = 2166136261u;

    for (const auto c : id)
        hash = (hash ^ static_cast<unsigned char> (c)) * 16777619u;

    const auto part = hash % splitParts;
    return part == 0 ? "dev" : part == 1 ? "test" : "train";
}

std::vector<std::string> fieldsOf (const std::string& line, char separator)
{
    std::vector<std::string> fields;
    std::size_t from = 0;

    for (;;)
    {
        const auto end = std::min (line.find (separator, from), line.size());
        fields.push_back (line.substr (from, end - from));

        if (end == line.size())
            return fields;

        from = end + 1;
    }
}

/** Reads lines without their ends; gives the first error of `take (line, number)`. */
template <typename Take>
Status eachLine (const fs::path& file, Take take)
{
    std::ifstream in (file);

    if (! in)
        return Error{ "bad_data", file.string() + " cannot be read" };

    auto number = 0;

    for (std::string line; std::getline (in, line);)
    {
        ++number;

        if (! line.empty() && line.back() == '\r')
            line.pop_back();
        if (! line.empty())
            if (auto taken = take (line, number); ! taken)
                return taken;
    }

    return success();
}

/** Names of files in archives are input too: they must stay in the data set. */
bool isInside (const fs::path& path)
{
    return ! path.empty() && path.is_relative()
           && std::none_of (path.begin(), path.end(), [] (const auto& part) { return part == ".."; });
}
} // namespace

Status readLjSpeech (const fs::path& folder, Utterances& utterances)
{
    const auto file = folder / "metadata.csv";
    return eachLine (file,
                     [&] (const std::string& line, int number)
                     {
                         const auto fields = fieldsOf (line, '|');

                         if (fields.size() < 2 || ! isInside (fields[0]))
                             return Status (badLine (file, number, "must be id|text|normalised text"));

                         utterances.push_back ({ fs::path ("wavs") / (fields[0] + ".wav"),
                                                 fields.size() > 2 && ! fields[2].empty() ? fields[2] : fields[1], "LJ",
                                                 splitOf (fields[0]) });
                         return success();
                     });
}

Status readJsut (const fs::path& folder, Utterances& utterances)
{
    for (const auto& part : platform::entriesOf (folder))
    {
        const auto file = part / "transcript_utf8.txt";
        const auto readPart = [&] (const std::string& line, int number)
        {
            const auto colon = line.find (':');
            const auto id = line.substr (0, colon);

            if (colon == std::string::npos || ! isInside (id))
                return Status (badLine (file, number, "must be id:text"));

            utterances.push_back (
                { part.filename() / "wav" / (id + ".wav"), line.substr (colon + 1), "jsut", splitOf (id) });
            return success();
        };

        if (platform::exists (file))
            if (auto done = eachLine (file, readPart); ! done)
                return done;
    }

    return success();
}

Status readLibriSpeech (const fs::path& folder, Utterances& utterances)
{
    for (const auto& split : platform::entriesOf (folder))
    {
        const auto name = split.filename().string();
        const auto kind = name.substr (0, name.find ('-'));

        if (kind != "train" && kind != "dev" && kind != "test")
            continue;

        for (const auto& speaker : platform::entriesOf (split))
            for (const auto& chapter : platform::entriesOf (speaker))
            {
                const auto file =
                    chapter / (speaker.filename().string() + "-" + chapter.filename().string() + ".trans.txt");
                const auto readChapter = [&] (const std::string& line, int number)
                {
                    const auto space = line.find (' ');

                    if (space == std::string::npos || ! isInside (line.substr (0, space)))
                        return Status (badLine (file, number, "must be id, a space and the text"));

                    utterances.push_back ({ (chapter / (line.substr (0, space) + ".flac")).lexically_relative (folder),
                                            line.substr (space + 1), speaker.filename().string(), kind });
                    return success();
                };

                if (platform::exists (file))
                    if (auto done = eachLine (file, readChapter); ! done)
                        return done;
            }
    }

    return success();
}

Status readCommonVoice (const fs::path& folder, Utterances& utterances)
{
    for (const auto* split : { "train", "dev", "test" })
    {
        const auto file = folder / (std::string (split) + ".tsv");
        std::size_t speaker = 0, path = 0, text = 0, columns = 0;
        const auto readRow = [&] (const std::string& line, int number)
        {
            const auto fields = fieldsOf (line, '\t');

            if (number == 1)
            {
                const auto columnOf = [&fields] (const char* name)
                { return static_cast<std::size_t> (std::find (fields.begin(), fields.end(), name) - fields.begin()); };
                speaker = columnOf ("client_id"), path = columnOf ("path"), text = columnOf ("sentence");
                columns = fields.size();
                return std::max ({ speaker, path, text }) < columns
                           ? success()
                           : Status (badLine (file, 1, "must name the columns client_id, path and sentence"));
            }

            if (fields.size() <= std::max ({ speaker, path, text }) || ! isInside (fields[path]))
                return Status (badLine (file, number, "has not the columns of the first line"));

            utterances.push_back ({ fs::path ("clips") / fields[path], fields[text], fields[speaker], split });
            return success();
        };

        if (platform::exists (file))
            if (auto done = eachLine (file, readRow); ! done)
                return done;
    }

    return success();
}

Status readManifestLines (const fs::path& file, bool mayBeAbsolute, Utterances& utterances)
{
    return eachLine (file,
                     [&] (const std::string& line, int number)
                     {
                         const auto parsed = parseJson (line);

                         if (! parsed || ! parsed.value().is_object())
                             return Status (badLine (file, number, "is no JSON object"));

                         const auto& entry = parsed.value();
                         const auto audio = stringAt (entry, "audio");
                         const auto split = stringAt (entry, "split", splitOf (audio));

                         if (! isInside (audio) && ! (mayBeAbsolute && ! audio.empty()))
                             return Status (badLine (file, number, "audio must be a path inside the data set"));
                         if (split != "train" && split != "dev" && split != "test")
                             return Status (badLine (file, number, "split must be train, dev or test"));

                         utterances.push_back ({ audio, stringAt (entry, "text"), stringAt (entry, "speaker"), split,
                                                 numberAt (entry, "duration").value_or (0.0) });
                         return success();
                     });
}

} // namespace kikitori::backend
