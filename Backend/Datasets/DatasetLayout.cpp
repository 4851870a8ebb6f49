#include "Backend/Datasets/DatasetLayout.h"

#include "Protocol/JsonReading.h"

#include <algorithm>
#include <fstream>

namespace kikitori::backend
{

namespace fs = std::filesystem;

namespace
{
using Utterances = std::vector<DatasetUtterance>;

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

/** metadata.csv: id|text|text with numbers in words; wavs/id.wav. */
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

std::vector<fs::path> sortedEntries (const fs::path& folder)
{
    std::vector<fs::path> entries;
    std::error_code failed;

    for (const auto& entry : fs::directory_iterator (folder, failed))
        entries.push_back (entry.path());

    std::sort (entries.begin(), entries.end());
    return entries;
}

/** Parts such as basic5000/: transcript_utf8.txt with ID:text, wav/ID.wav. */
Status readJsut (const fs::path& folder, Utterances& utterances)
{
    for (const auto& part : sortedEntries (folder))
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

        if (fs::exists (file))
            if (auto done = eachLine (file, readPart); ! done)
                return done;
    }

    return success();
}

/** Splits such as train-clean-100/speaker/chapter/speaker-chapter.trans.txt with "id TEXT", and id.flac beside it. */
Status readLibriSpeech (const fs::path& folder, Utterances& utterances)
{
    for (const auto& split : sortedEntries (folder))
    {
        const auto name = split.filename().string();
        const auto kind = name.substr (0, name.find ('-'));

        if (kind != "train" && kind != "dev" && kind != "test")
            continue;

        for (const auto& speaker : sortedEntries (split))
            for (const auto& chapter : sortedEntries (speaker))
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

                if (fs::exists (file))
                    if (auto done = eachLine (file, readChapter); ! done)
                        return done;
            }
    }

    return success();
}

/** train.tsv, dev.tsv, test.tsv with columns client_id, path, sentence; clips/path. */
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

        if (fs::exists (file))
            if (auto done = eachLine (file, readRow); ! done)
                return done;
    }

    return success();
}

/** manifest.jsonl: {"audio", "text", "split"?, "speaker"?, "duration"?} a line. */
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

bool isLibriSpeech (const fs::path& folder)
{
    for (const auto& entry : sortedEntries (folder))
        if (const auto name = entry.filename().string();
            fs::is_directory (entry)
            && (name.starts_with ("train-") || name.starts_with ("dev-") || name.starts_with ("test-")))
            return true;

    return false;
}

std::string layoutOf (const fs::path& folder)
{
    if (fs::exists (folder / "manifest.jsonl"))
        return "manifest";
    if (fs::exists (folder / "metadata.csv") && fs::is_directory (folder / "wavs"))
        return "ljspeech";
    if (fs::is_directory (folder / "clips")
        && (fs::exists (folder / "train.tsv") || fs::exists (folder / "dev.tsv") || fs::exists (folder / "test.tsv")))
        return "commonvoice";
    if (isLibriSpeech (folder))
        return "librispeech";

    for (const auto& part : sortedEntries (folder))
        if (fs::exists (part / "transcript_utf8.txt"))
            return "jsut";

    return {};
}
} // namespace

const std::vector<std::string>& datasetLayouts()
{
    static const std::vector<std::string> names{ "manifest", "ljspeech", "jsut", "librispeech", "commonvoice" };
    return names;
}

std::pair<fs::path, std::string> findLayout (const fs::path& folder)
{
    auto place = folder;

    // Common Voice has two folders around its data: cv-corpus-N/language.
    for (int depth = 0; depth < 3; ++depth)
    {
        if (auto layout = layoutOf (place); ! layout.empty())
            return { place, layout };

        auto inner = sortedEntries (place);
        std::erase_if (inner, [] (const auto& entry)
                       { return ! fs::is_directory (entry) || entry.filename().string().starts_with ("."); });

        if (inner.size() != 1)
            break;

        place = inner.front();
    }

    return { folder, {} };
}

Result<Utterances> readLayout (const fs::path& folder, const std::string& layout)
{
    Utterances utterances;
    const auto done = layout == "ljspeech"      ? readLjSpeech (folder, utterances)
                      : layout == "jsut"        ? readJsut (folder, utterances)
                      : layout == "librispeech" ? readLibriSpeech (folder, utterances)
                      : layout == "commonvoice" ? readCommonVoice (folder, utterances)
                      : layout == "manifest"    ? readManifestLines (folder / "manifest.jsonl", false, utterances)
                                                : Status (Error{ "bad_data", "There is no layout " + layout });

    if (! done)
        return done.error();
    if (utterances.empty())
        return Error{ "bad_data", folder.string() + " holds no utterances in the layout " + layout };

    return utterances;
}

Result<Utterances> readManifestFile (const fs::path& file)
{
    Utterances utterances;

    if (const auto done = readManifestLines (file, true, utterances); ! done)
        return done.error();
    if (utterances.empty())
        return Error{ "bad_data", file.string() + " holds no utterances" };

    return utterances;
}

} // namespace kikitori::backend
