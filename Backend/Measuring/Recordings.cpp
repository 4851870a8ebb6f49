#include "Backend/Measuring/Recordings.h"

#include "Audio/AudioFileReader.h"
#include "Backend/Decoding/WordBuilder.h"
#include "Protocol/JsonReading.h"

#include <cmath>
#include <fstream>
#include <sstream>

namespace kikitori::backend
{

namespace
{
std::vector<std::string> wordsOf (const std::string& text)
{
    std::string kept;

    for (const auto c : text)
    {
        const auto isLetter = (c >= 'a' && c <= 'z') || c == '\'' || (static_cast<unsigned char> (c) & 0x80) != 0;
        kept += c >= 'A' && c <= 'Z' ? static_cast<char> (c - 'A' + 'a') : isLetter ? c : ' ';
    }

    std::istringstream in (kept);
    std::vector<std::string> words;

    for (std::string word; in >> word;)
    {
        if (! beginsWithoutSpaces (word))
        {
            words.push_back (word);
            continue;
        }

        // As they are recognised: each character is a word.
        for (const auto c : word)
            if ((static_cast<unsigned char> (c) & 0xc0) != 0x80)
                words.emplace_back (1, c);
            else if (! words.empty())
                words.back() += c;
    }

    return words;
}

Status readManifest (const std::filesystem::path& manifest,
                     const std::string& split,
                     std::size_t limit,
                     std::vector<Recording>& recordings)
{
    std::ifstream in (manifest);

    if (! in)
        return Error{ "file_missing", "The manifest " + manifest.string() + " cannot be read." };

    std::size_t count = 0;

    for (std::string line; (limit == 0 || count < limit) && std::getline (in, line);)
    {
        const auto entry = parseJson (line);

        if (! entry || ! entry.value().is_object())
            return Error{ "manifest_broken", manifest.string() + " has a line that is no JSON object." };

        if (stringAt (entry.value(), "split") != split)
            continue;

        auto audio = readAudioFile (manifest.parent_path() / stringAt (entry.value(), "audio"));

        if (! audio)
            return audio.error();

        recordings.push_back ({ std::move (audio.value().samples),
                                static_cast<int> (std::lround (audio.value().sampleRate)),
                                wordsOf (stringAt (entry.value(), "text")) });
        ++count;
    }

    return success();
}
} // namespace

Result<std::vector<Recording>> readRecordings (const std::vector<std::filesystem::path>& manifests,
                                               const std::string& split,
                                               std::size_t limit)
{
    std::vector<Recording> recordings;

    for (const auto& manifest : manifests)
        if (const auto status = readManifest (manifest, split, limit, recordings); ! status)
            return status.error();

    if (recordings.empty())
        return Error{ "manifest_broken", "There is no recording of the split " + split + "." };

    return recordings;
}

} // namespace kikitori::backend
