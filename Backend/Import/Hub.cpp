#include "Backend/Import/Hub.h"

#include "Backend/Download/Download.h"
#include "Core/Credentials.h"
#include "Platform/FileFacts.h"
#include "Protocol/JsonReading.h"

#include <algorithm>
#include <set>

namespace kikitori::backend
{

using nlohmann::json;

namespace
{
constexpr std::size_t largestListing = 4u << 20;
constexpr std::uint64_t largestModel = 64ull << 30;

struct HubFile
{
    std::string path;
    std::uint64_t size = 0;
    std::string sha256, gitBlobSha1;
};

bool isRepository (const std::string& name)
{
    const auto slash = name.find ('/');
    return slash != std::string::npos && isModelName (name.substr (0, slash)) && isModelName (name.substr (slash + 1));
}

/** Files at the repository's top. */
Result<std::vector<HubFile>> listFiles (const std::string& repository, const HubOptions& hub)
{
    const auto url = hub.address + "/api/models/" + repository + "/tree/" + hub.revision;
    const auto text = downloadText (url, largestListing);

    if (! text)
        return text.error();

    const auto parsed = parseJson (text.value());

    if (! parsed || ! parsed.value().is_array())
        return Error{ "network_failed", addressWithoutUser (url) + " gives no list of files; check the hub's address." };

    std::vector<HubFile> files;

    for (const auto& entry : parsed.value())
    {
        const auto size = entry.is_object() ? integerAt (entry, "size") : std::nullopt;

        if (! size || *size < 0 || stringAt (entry, "type") != "file" || ! isModelName (stringAt (entry, "path")))
            continue;

        HubFile file{ stringAt (entry, "path"), static_cast<std::uint64_t> (*size), {}, stringAt (entry, "oid") };

        // Large files are named by the SHA-256 of their content; the oid beside it is that of a pointer.
        if (const auto lfs = entry.find ("lfs"); lfs != entry.end() && lfs->is_object())
            file.sha256 = stringAt (*lfs, "oid");

        files.push_back (std::move (file));
    }

    return files;
}

/** Those that the import reads. */
std::vector<HubFile> needed (const std::vector<HubFile>& all)
{
    std::set<std::string> names{ "README.md" };
    const auto has = [&all] (const std::string& name)
    { return std::any_of (all.begin(), all.end(), [&] (const auto& file) { return file.path == name; }); };
    const auto nemo =
        std::find_if (all.begin(), all.end(), [] (const auto& file) { return file.path.ends_with (".nemo"); });
    const auto isParakeet = has ("model.safetensors") && has ("tokenizer.json") && has ("config.json");

    if (nemo != all.end() && ! isParakeet)
    {
        names.insert (nemo->path);
    }
    else
    {
        for (const auto* name : { "config.json", "preprocessor_config.json", "processor_config.json", "vocab.json",
                                  "tokenizer.json", "tokenizer_config.json" })
            names.insert (name);

        if (has ("model.safetensors"))
            names.insert ("model.safetensors");
        else if (has ("model.safetensors.index.json"))
            for (const auto& file : all)
            {
                if (file.path.starts_with ("model-") || file.path == "model.safetensors.index.json")
                    names.insert (file.path);
            }
        else
            names.insert ("pytorch_model.bin");
    }

    std::vector<HubFile> files;
    std::copy_if (all.begin(), all.end(), std::back_inserter (files),
                  [&] (const auto& f) { return names.contains (f.path); });
    return files;
}

/** Room for what is fetched and for what is made of it. */
Status checkSpace (const std::filesystem::path& folder, const std::vector<HubFile>& files)
{
    std::uint64_t sum = 0;

    for (const auto& file : files)
        sum += std::min (file.size, largestModel);

    std::error_code failed;
    const auto space = std::filesystem::space (folder, failed);
    const auto megabytes = [] (std::uint64_t bytes) { return std::to_string (bytes / 1000000) + " MB"; };

    if (sum > largestModel)
        return Error{ "too_large", "The model has " + megabytes (sum) + ", more than this program takes." };
    if (! failed && space.available / 3 < sum)
        return Error{ "disk_full", "Fetching and converting the model takes " + megabytes (3 * sum) + " in "
                                       + folder.string() + ", where " + megabytes (space.available)
                                       + " are free. Nothing was fetched." };

    return success();
}
} // namespace

Result<std::filesystem::path> pullModel (const std::string& repository,
                                         const std::filesystem::path& models,
                                         ImportOptions import,
                                         const HubOptions& hub)
{
    if (! isRepository (repository))
        return Error{ "bad_name", "\"" + repository.substr (0, 100)
                                      + "\" is neither a recommended model (see: kikitori-backend models list) nor a "
                                        "repository of the form owner/name." };

    const auto name = repository.substr (repository.find ('/') + 1);
    import.name = import.name.empty() ? name : import.name;

    if (platform::exists (models / import.name) && ! import.replace)
        return Error{ "name_taken", "There is a model " + import.name
                                        + " already; choose another --name or replace it with --replace." };

    const auto listed = listFiles (repository, hub);

    if (! listed)
        return listed.error();

    const auto files = needed (listed.value());
    const auto folder = models / ".downloads" / (repository.substr (0, repository.find ('/')) + "--" + name);
    std::error_code failed;
    std::filesystem::create_directories (folder, failed);

    if (failed)
        return Error{ "write_failed", folder.string() + " cannot be made: " + failed.message() + "." };
    if (files.size() < 2)
        return Error{ "model_unsupported",
                      repository + " holds neither a .nemo archive nor a config.json with weights." };
    if (auto enough = checkSpace (folder, files); ! enough)
        return enough.error();

    for (const auto& file : files)
    {
        const WantedFile wanted{ hub.address + "/" + repository + "/resolve/" + hub.revision + "/" + file.path,
                                 folder / file.path, file.size, file.sha256, file.gitBlobSha1 };
        const auto fetched = download (wanted, [&] (std::uint64_t bytes, std::uint64_t)
                                       { return ! hub.progress || hub.progress (file.path, bytes, file.size); });

        if (! fetched)
            return fetched.error();
    }

    import.card.source = hub.address + "/" + repository;
    auto installed = importModel (folder, models, import);

    // A full disk can be mended; a model that cannot be run stays what it is.
    if (installed || (installed.error().code != "disk_full" && installed.error().code != "write_failed"))
        std::filesystem::remove_all (folder, failed);

    return installed;
}

} // namespace kikitori::backend
