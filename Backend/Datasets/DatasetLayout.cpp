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
    if (platform::exists (folder / "manifest.jsonl"))
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

    return hasTextFiles (folder) ? "textfiles" : "";
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

    return { folder, {} };
}

Result<Utterances> readLayout (const fs::path& folder, const std::string& layout)
{
    Utterances utterances;
    const auto done = layout == "ljspeech"      ? readLjSpeech (folder, utterances)
                      : layout == "jsut"        ? readJsut (folder, utterances)
                      : layout == "librispeech" ? readLibriSpeech (folder, utterances)
                      : layout == "commonvoice" ? readCommonVoice (folder, utterances)
                      : layout == "textfiles"   ? readTextFiles (folder, utterances)
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
