#include "Backend/Datasets/LayoutReaders.h"

#include "Audio/AudioFileNames.h"
#include "Backend/Datasets/TextEncoding.h"
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
std::uint32_t hashOf (const std::string& id)
{
    std::uint32_t hash = 2166136261u;

    for (const auto c : id)
        hash = (hash ^ static_cast<unsigned char> (c)) * 16777619u;

    return hash;
}

std::string splitOf (const std::string& id)
{
    const auto part = hashOf (id) % splitParts;
    return part == 0 ? "dev" : part == 1 ? "test" : "train";
}

/** Of the utterances from `first` on that say nothing of their split, a tenth is dev, at least one of two: those whose names
    come first in an order that every machine has. */
void chooseSplits (std::vector<DatasetUtterance>& utterances, std::size_t first)
{
    constexpr std::size_t devEvery = 10;
    std::vector<std::pair<std::uint32_t, std::size_t>> open;

    for (auto i = first; i < utterances.size(); ++i)
        if (utterances[i].split.empty())
            open.emplace_back (hashOf (utterances[i].audio.generic_string()), i);

    std::sort (open.begin(), open.end());
    const auto dev = open.size() < 2 ? 0 : std::max<std::size_t> (1, open.size() / devEvery);

    for (std::size_t i = 0; i < open.size(); ++i)
        utterances[open[i].second].split = i < dev ? "dev" : "train";
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

        if (number == 1)
            line = std::string (withoutMark (line));
        if (auto checked = checkEncoding (line, file.string() + " line " + std::to_string (number)); ! checked)
            return checked;
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

/** The recording of an id, which may hold its ending; else the usual one, or one that is there. */
fs::path recordingOf (const fs::path& folder, const std::string& id, const std::string& usualEnding)
{
    if (isNamedAsAudio (id) || platform::isPlainFile (folder / id))
        return folder / id;

    const auto usual = folder / (id + usualEnding);

    if (! platform::exists (usual))
        for (const auto ending : audioFileEndings)
            if (auto other = folder / (id + std::string (ending)); platform::exists (other))
                return other;

    return usual;
}

bool isBlank (const std::string& text) { return text.find_first_not_of (" \t") == std::string::npos; }

/** One without words is counted. */
void take (DatasetContent& content, DatasetUtterance utterance)
{
    if (isBlank (utterance.text))
        content.leftOut.add (LeftOut::Reason::noText, utterance.audio.generic_string());
    else
        content.utterances.push_back (std::move (utterance));
}
} // namespace

Status readLjSpeech (const fs::path& folder, DatasetContent& content)
{
    const auto file = folder / "metadata.csv";
    return eachLine (file,
                     [&] (const std::string& line, int number)
                     {
                         const auto fields = fieldsOf (line, '|');

                         if (fields.size() < 2 || ! isInside (fields[0]))
                             return Status (badLine (file, number, "must be id|text|normalised text"));

                         take (content, { recordingOf (folder / "wavs", fields[0], ".wav").lexically_relative (folder),
                                          fields.size() > 2 && ! fields[2].empty() ? fields[2] : fields[1], "LJ",
                                          splitOf (fields[0]) });
                         return success();
                     });
}

Status readJsut (const fs::path& folder, DatasetContent& content)
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

            take (content, { recordingOf (part / "wav", id, ".wav").lexically_relative (folder),
                             line.substr (colon + 1), "jsut", splitOf (id) });
            return success();
        };

        if (platform::exists (file))
            if (auto done = eachLine (file, readPart); ! done)
                return done;
    }

    return success();
}

Status readLibriSpeech (const fs::path& folder, DatasetContent& content)
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

                    take (content, { recordingOf (chapter, line.substr (0, space), ".flac").lexically_relative (folder),
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

Status readCommonVoice (const fs::path& folder, DatasetContent& content)
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

            take (content, { recordingOf (folder / "clips", fields[path], ".mp3").lexically_relative (folder),
                             fields[text], fields[speaker], split });
            return success();
        };

        if (platform::exists (file))
            if (auto done = eachLine (file, readRow); ! done)
                return done;
    }

    return success();
}

std::vector<std::pair<fs::path, std::string>> manifestsIn (const fs::path& folder)
{
    std::vector<std::pair<fs::path, std::string>> found;

    for (const auto& [name, split] : std::initializer_list<std::pair<const char*, const char*>>{
             { "manifest.jsonl", "" },
             { "manifest.json", "" },
             { "train_manifest.json", "train" },
             { "dev_manifest.json", "dev" },
             { "validation_manifest.json", "dev" },
             { "test_manifest.json", "test" } })
        if (platform::isPlainFile (folder / name) && (found.empty() || ! found.front().second.empty()))
            found.emplace_back (folder / name, split);

    return found;
}

Status readManifests (const fs::path& folder, bool mayBeAbsolute, DatasetContent& content)
{
    for (const auto& [file, split] : manifestsIn (folder))
        if (auto done = readManifestLines (file, split, mayBeAbsolute, content); ! done)
            return done;

    return success();
}

Status readManifestLines (const fs::path& file,
                          const std::string& splitOfFile,
                          bool mayBeAbsolute,
                          DatasetContent& content)
{
    const auto readEntry = [&] (const std::string& line, int number) -> Status
    {
        const auto parsed = parseJson (line);

        if (! parsed || ! parsed.value().is_object())
            return badLine (file, number, "is no JSON object");

        const auto& entry = parsed.value();
        const auto audio = stringAt (entry, "audio", stringAt (entry, "audio_filepath"));
        const auto split = stringAt (entry, "split", splitOfFile);

        if (audio.empty())
            return badLine (file, number, "names no recording; give \"audio\" (or NeMo's \"audio_filepath\")");
        if (! isInside (audio) && ! mayBeAbsolute)
            return badLine (file, number, "audio must be a path inside the data set");
        if (split != "train" && split != "dev" && split != "test" && ! (split.empty() && splitOfFile.empty()))
            return badLine (file, number, "split must be train, dev or test");
        if (numberAt (entry, "offset").value_or (0.0) > 0.0)
            return badLine (file, number,
                            "is a part of a recording (\"offset\"), which is not read; cut the recording into files");

        take (content, { audio, stringAt (entry, "text"), stringAt (entry, "speaker"), split,
                         numberAt (entry, "duration").value_or (0.0) });
        return success();
    };

    const auto before = content.utterances.size();

    if (auto done = eachLine (file, readEntry); ! done)
        return done;

    chooseSplits (content.utterances, before);
    return success();
}

} // namespace kikitori::backend
