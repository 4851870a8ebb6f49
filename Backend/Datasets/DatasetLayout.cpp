#include "Backend/Datasets/DatasetLayout.h"

#include "Backend/Datasets/LayoutReaders.h"
#include "Platform/FileFacts.h"

namespace kikitori::backend
{

namespace fs = std::filesystem;

namespace
{
bool isLibriSpeech (const fs::path& folder)
{
    for (const auto& entry : platform::entriesOf (folder))
        if (const auto name = entry.filename().string();
            platform::isFolder (entry)
            && (name.starts_with ("train-") || name.starts_with ("dev-") || name.starts_with ("test-")))
            return true;

    return false;
}

std::string layoutOf (const fs::path& folder)
{
    if (! manifestsIn (folder).empty())
        return "manifest";
    if (platform::exists (folder / "metadata.csv") && platform::isFolder (folder / "wavs"))
        return "ljspeech";
    if (platform::isFolder (folder / "clips")
        && (platform::exists (folder / "train.tsv") || platform::exists (folder / "dev.tsv")
            || platform::exists (folder / "test.tsv")))
        return "commonvoice";
    if (isLibriSpeech (folder))
        return "librispeech";

    for (const auto& part : platform::entriesOf (folder))
        if (platform::exists (part / "transcript_utf8.txt"))
            return "jsut";

    return hasTextFiles (folder, 0) ? "textfiles" : "";
}
} // namespace

const std::vector<std::string>& datasetLayouts()
{
    static const std::vector<std::string> names{ "manifest",    "ljspeech",    "jsut",
                                                 "librispeech", "commonvoice", "textfiles" };
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

        auto inner = platform::entriesOf (place);
        std::erase_if (inner, [] (const auto& entry)
                       { return ! platform::isFolder (entry) || entry.filename().string().starts_with ("."); });

        if (inner.size() != 1)
            break;

        place = inner.front();
    }

    return { folder, hasTextFiles (folder, deepestSpeaker) ? "textfiles" : "" };
}

Result<DatasetContent> readLayout (const fs::path& folder, const std::string& layout, bool mayBeAbsolute)
{
    DatasetContent content;
    const auto done = layout == "ljspeech"      ? readLjSpeech (folder, content)
                      : layout == "jsut"        ? readJsut (folder, content)
                      : layout == "librispeech" ? readLibriSpeech (folder, content)
                      : layout == "commonvoice" ? readCommonVoice (folder, content)
                      : layout == "textfiles"   ? readTextFiles (folder, content)
                      : layout == "manifest"    ? readManifests (folder, mayBeAbsolute, content)
                                                : Status (Error{ "bad_data", "There is no layout " + layout });

    if (! done)
        return done.error();
    if (content.utterances.empty())
        return Error{ "bad_data", folder.string() + " holds no utterances in the layout " + layout + "."
                                      + content.leftOut.describe() };

    return content;
}

Result<DatasetContent> readManifestFile (const fs::path& file)
{
    DatasetContent content;

    if (const auto done = readManifestLines (file, {}, true, content); ! done)
        return done.error();
    if (content.utterances.empty())
        return Error{ "bad_data", file.string() + " holds no utterances." + content.leftOut.describe() };

    return content;
}

} // namespace kikitori::backend
