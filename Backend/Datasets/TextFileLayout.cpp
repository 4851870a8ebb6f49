// Recordings that have their texts beside them.
#include "Audio/AudioFileNames.h"
#include "Backend/Datasets/LayoutReaders.h"
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

struct Take
{
    fs::path audio, text;
};

/** By name. */
std::vector<Take> takesIn (const fs::path& folder)
{
    const auto entries = platform::entriesOf (folder);
    std::map<fs::path, fs::path> recordings; // by their names without the ending
    std::vector<Take> takes;

    for (const auto& entry : entries)
        if (isNamedAsAudio (entry))
            recordings.try_emplace (entry.stem(), entry);

    for (const auto& entry : entries)
        if (const auto found = recordings.find (entry.stem());
            lowerCaseEnding (entry) == ".txt" && found != recordings.end())
            takes.push_back ({ found->second, entry });

    return takes;
}

Result<std::string> saidIn (const fs::path& file)
{
    std::error_code failed;

    if (fs::file_size (file, failed) > longestText || failed)
        return Error{ "bad_data", file.string() + " cannot be read, or is too long for one recording's text" };

    std::ifstream in (file);
    std::stringstream content;
    content << in.rdbuf();
    auto text = content.str();

    if (text.starts_with ("\xff\xfe") || text.starts_with ("\xfe\xff"))
        return Error{ "bad_data", file.string() + " is UTF-16; save it as UTF-8" };
    if (text.starts_with ("\xef\xbb\xbf")) // a byte order mark
        text.erase (0, 3);

    std::replace_if (
        text.begin(), text.end(), [] (char c) { return c == '\n' || c == '\r' || c == '\t'; }, ' ');

    if (text.find_first_not_of (' ') == std::string::npos)
        return Error{ "bad_data", file.string() + " is empty; write into it what is said, or take it away" };

    return text;
}
} // namespace

bool hasTextFiles (const fs::path& folder) { return ! takesIn (folder).empty(); }

Status readTextFiles (const fs::path& folder, Utterances& utterances)
{
    for (const auto& take : takesIn (folder))
    {
        auto said = saidIn (take.text);

        if (! said)
            return said.error();

        const auto* split = utterances.size() % devEvery == 1 ? "dev" : "train";
        utterances.push_back ({ take.audio.filename(), std::move (said).value(), "", split });
    }

    return success();
}

} // namespace kikitori::backend
