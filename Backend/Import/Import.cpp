#include "Backend/Import/Import.h"

#include "Backend/Import/Archive.h"
#include "Platform/FileFacts.h"

#include <algorithm>
#include <cctype>
#include <chrono>

#include <stdlib.h>
#include <unistd.h>

namespace kikitori::backend
{

namespace
{
/** The parts of a .nemo archive that matter, under their bare names. */
Status unpackNemo (const std::filesystem::path& archive, const std::filesystem::path& target)
{
    return visitArchive (archive,
                         [&target] (ArchiveEntry& entry) -> Status
                         {
                             const auto name = std::filesystem::path (entry.name()).filename();
                             const auto isWanted = name == "model_config.yaml" || name == "model_weights.ckpt"
                                                   || name.extension() == ".model";
                             return isWanted ? extract (entry, target / name) : success();
                         });
}

void fillIn (std::string& target, const std::string& other)
{
    if (target.empty())
        target = other;
}

const std::string stagingPrefix = ".incomplete-";
constexpr const char* lockName = ".lock";

/** Staging folders that nobody holds; one that was made just now may not be locked yet. */
void removeLeftovers (const std::filesystem::path& parent)
{
    constexpr auto justNow = std::chrono::minutes (1);

    for (const auto& entry : platform::entriesOf (parent))
    {
        std::error_code failed;
        const auto age =
            std::filesystem::file_time_type::clock::now() - std::filesystem::last_write_time (entry, failed);

        if (! failed && age > justNow && entry.filename().string().starts_with (stagingPrefix)
            && platform::FileLock::tryLock (entry / lockName).ok())
            std::filesystem::remove_all (entry, failed);
    }
}

/** "stt_de_conformer" says German. */
std::string languageInName (const std::string& name)
{
    const auto at = name.find ("stt_");
    const auto code = at == std::string::npos ? std::string() : name.substr (at + 4, 3);
    return code.size() == 3 && code[2] == '_' ? code.substr (0, 2) : std::string();
}
} // namespace

bool isModelName (const std::string& name)
{
    return ! name.empty() && name.size() <= 100 && name.front() != '.'
           && std::all_of (name.begin(), name.end(),
                           [] (unsigned char c) { return std::isalnum (c) != 0 || c == '.' || c == '-' || c == '_'; });
}

StagingFolder::StagingFolder (const std::filesystem::path& parent)
{
    std::error_code failure;
    std::filesystem::create_directories (parent, failure);
    removeLeftovers (parent);
    auto name = (parent / (stagingPrefix + "XXXXXX")).string();

    if (::mkdtemp (name.data()) == nullptr)
    {
        error = "No folder can be made in " + parent.string() + "; check its permissions and the free space.";
        return;
    }

    folder = name;

    if (auto locked = platform::FileLock::tryLock (folder / lockName))
        lock = std::move (locked).value();
}

StagingFolder::~StagingFolder()
{
    std::error_code ignored;

    if (! folder.empty())
        std::filesystem::remove_all (folder, ignored);
}

Status StagingFolder::install (const std::filesystem::path& inner, const std::filesystem::path& target, bool replace)
{
    std::error_code failure;

    if (platform::exists (target) && ! replace)
        return Error{ "name_taken", "There is a model " + target.filename().string()
                                        + " already; choose another --name or replace it with --replace." };

    // A process that has the old files mapped keeps them until it lets go.
    if (platform::exists (target))
        std::filesystem::rename (target, folder / "replaced", failure);
    if (! failure)
        std::filesystem::rename (inner, target, failure);
    if (failure)
        return Error{ "write_failed",
                      "The model cannot be put at " + target.string() + ": " + failure.message() + "." };

    std::filesystem::permissions (target,
                                  std::filesystem::perms::owner_all | std::filesystem::perms::group_read
                                      | std::filesystem::perms::group_exec | std::filesystem::perms::others_read
                                      | std::filesystem::perms::others_exec,
                                  failure);
    return success();
}

Result<std::filesystem::path> importModel (const std::filesystem::path& path,
                                           const std::filesystem::path& models,
                                           ImportOptions options)
{
    std::error_code failed;
    const auto isFolder = platform::isFolder (path);

    if (options.name.empty())
        options.name = isFolder ? std::filesystem::weakly_canonical (path, failed).filename().string() : path.stem().string();
    if (! isModelName (options.name))
        return Error{ "bad_name",
                      "\"" + options.name.substr (0, 100)
                          + "\" cannot be a model's name: letters, digits, '.', '-' and '_', at most 100." };

    const auto target = models / options.name;

    if (platform::exists (target) && ! options.replace)
        return Error{ "name_taken", "There is a model " + options.name
                                        + " already; choose another --name or replace it with --replace." };

    StagingFolder staging (models);

    if (! staging.problem().empty())
        return Error{ "write_failed", staging.problem() };

    const auto made = staging.path() / "model";
    auto source = path;
    std::filesystem::create_directory (made, failed);

    // A folder may hold nothing but an archive, as NeMo's models on the hub do.
    if (isFolder && ! platform::exists (path / "config.json"))
        for (const auto& entry : platform::entriesOf (path))
            if (entry.extension() == ".nemo")
                source = entry;

    const auto isNemo = ! platform::isFolder (source);

    if (isNemo)
    {
        const auto unpacked = staging.path() / "unpacked";
        std::filesystem::create_directory (unpacked, failed);

        if (auto done = unpackNemo (source, unpacked); ! done)
            return done.error();

        source = unpacked;
    }

    auto model = isNemo ? importNemo (source) : importHuggingFace (source);

    if (! model)
        return model.error();

    const auto card = readModelCard (isFolder ? path / "README.md" : path.parent_path() / "README.md");
    fillIn (options.card.language, card.language);
    fillIn (options.card.language, languageInName (options.name));
    fillIn (options.card.licence, card.licence);
    fillIn (options.card.source, path.filename().string());

    if (options.card.wordErrorRates.empty())
        options.card.wordErrorRates = card.wordErrorRates;
    if (options.card.characterErrorRates.empty())
        options.card.characterErrorRates = card.characterErrorRates;

    if (auto written = writeModelFolder (model.value(), options.name, options.card, made); ! written)
        return written.error();
    if (auto installed = staging.install (made, target, options.replace); ! installed)
        return installed.error();

    return target;
}

} // namespace kikitori::backend
