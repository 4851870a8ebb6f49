// Recordings that have their texts beside them.
#include "Audio/AudioFileNames.h"
#include "Backend/Datasets/LayoutReaders.h"
#include "Backend/Datasets/TextEncoding.h"
#include "Platform/FileFacts.h"

#include <algorithm>
#include <fstream>
#include <map>
#include <sstream>

namespace kikitori::backend
{

namespace fs = std::filesystem;

namespace
{
constexpr std::uintmax_t longestText = 100000; ///< bytes
/** So that a handful of recordings has one to be measured by, too. */
constexpr std::size_t devEvery = 10;

struct Recording
{
    fs::path audio, text; ///< text: empty where there is none beside it
};

/** By name. */
std::vector<Recording> recordingsIn (const fs::path& folder)
{
    std::map<fs::path, Recording> byStem;
    const auto entries = platform::entriesOf (folder);

    for (const auto& entry : entries)
        if (isNamedAsAudio (entry) && ! entry.filename().string().starts_with ("."))
            byStem.try_emplace (entry.stem(), Recording{ entry, {} });

    for (const auto& entry : entries)
        if (const auto found = byStem.find (entry.stem()); lowerCaseEnding (entry) == ".txt" && found != byStem.end())
            found->second.text = entry;

    std::vector<Recording> recordings;

    for (auto& [stem, recording] : byStem)
        recordings.push_back (std::move (recording));

    return recordings;
}

/** Not those that are hidden, and no links: they may lead round in a circle. */
std::vector<fs::path> foldersIn (const fs::path& folder)
{
    auto folders = platform::entriesOf (folder);
    std::erase_if (folders,
                   [] (const auto& entry)
                   {
                       std::error_code failed;
                       return entry.filename().string().starts_with (".") || ! platform::isFolder (entry)
                              || fs::is_symlink (entry, failed);
                   });
    return folders;
}

/** Empty where there are no words. */
Result<std::string> saidIn (const fs::path& file)
{
    std::ifstream in (file);
    std::stringstream content;
    content << in.rdbuf();
    auto text = std::string (withoutMark (std::move (content).str()));

    if (auto checked = checkEncoding (text, file.string()); ! checked)
        return checked.error();

    std::replace_if (
        text.begin(), text.end(), [] (char c) { return c == '\n' || c == '\r' || c == '\t'; }, ' ');
    return text.find_first_not_of (' ') == std::string::npos ? std::string() : text;
}

bool isTextTooLong (const fs::path& file)
{
    std::error_code failed;
    return fs::file_size (file, failed) > longestText || failed;
}

Status readFolder (const fs::path& root, const fs::path& folder, int depth, DatasetContent& content)
{
    const auto speaker = folder == root ? std::string() : folder.lexically_relative (root).generic_string();
    const auto recordings = recordingsIn (folder);

    for (const auto& [audio, text] : recordings)
    {
        const auto name = audio.lexically_relative (root);

        if (text.empty())
        {
            content.leftOut.add (LeftOut::Reason::noText, name.generic_string());
            continue;
        }

        if (isTextTooLong (text))
        {
            content.leftOut.add (LeftOut::Reason::textTooLong, name.generic_string());
            continue;
        }

        auto said = saidIn (text);

        if (! said)
            return said.error();

        const auto* split = content.utterances.size() % devEvery == 1 ? "dev" : "train";

        if (said.value().empty())
            content.leftOut.add (LeftOut::Reason::noText, name.generic_string());
        else
            content.utterances.push_back ({ name, std::move (said).value(), speaker, split });
    }

    for (const auto& inner : depth > 0 ? foldersIn (folder) : std::vector<fs::path>())
        if (auto done = readFolder (root, inner, depth - 1, content); ! done)
            return done;

    return success();
}
} // namespace

bool hasTextFiles (const fs::path& folder, int depth)
{
    const auto recordings = recordingsIn (folder);

    if (std::any_of (recordings.begin(), recordings.end(), [] (const auto& one) { return ! one.text.empty(); }))
        return true;

    const auto folders = depth > 0 ? foldersIn (folder) : std::vector<fs::path>();
    return std::any_of (folders.begin(), folders.end(),
                        [depth] (const auto& inner) { return hasTextFiles (inner, depth - 1); });
}

Status readTextFiles (const fs::path& folder, DatasetContent& content)
{
    return readFolder (folder, folder, deepestSpeaker, content);
}

} // namespace kikitori::backend
