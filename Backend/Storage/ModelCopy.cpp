#include "Backend/Storage/ModelCopy.h"

#include "Backend/Storage/RunNames.h"
#include "Protocol/JsonReading.h"

#include <fstream>
#include <iterator>

#include <nlohmann/json.hpp>

namespace kikitori::backend
{

namespace
{
namespace fs = std::filesystem;
constexpr auto noteFile = "in_service.json"; // where a replacement is from

std::string contentOf (const fs::path& file)
{
    std::ifstream in (file, std::ios::binary);
    return { std::istreambuf_iterator<char> (in), {} };
}

bool isThere (const fs::path& path)
{
    std::error_code ignored;
    return fs::exists (path, ignored);
}

bool writeJson (const fs::path& file, const nlohmann::json& content)
{
    std::ofstream out (file);
    out << content.dump (2, ' ', false, nlohmann::json::error_handler_t::replace) << "\n";
    out.close();
    return ! out.fail();
}

Error copyFailed (const fs::path& source, const fs::path& target, const std::error_code& reason)
{
    if (! isThere (source))
        return { "not_found", source.string() + " has been deleted meanwhile." };

    return { reason == std::errc::no_space_on_device ? "disk_full" : "disk_failed",
             source.string() + " cannot be copied to " + target.string() + ": " + reason.message() };
}

/** Gives a model without a language model that of another one for the same letters, with its weights. */
void keepLanguageModel (const fs::path& other, const fs::path& target, std::error_code& failed)
{
    if (isThere (target / "lm.bin") || ! isThere (other / "lm.bin")
        || contentOf (other / "vocab.json") != contentOf (target / "vocab.json"))
        return;

    const auto weights = parseJson (contentOf (other / "config.json"));
    auto config = parseJson (contentOf (target / "config.json"));
    fs::copy_file (other / "lm.bin", target / "lm.bin", failed);

    if (! failed && weights && config && config.value().is_object() && weights.value().is_object()
        && weights.value().contains ("decoder"))
    {
        config.value()["decoder"] = weights.value()["decoder"];

        if (! writeJson (target / "config.json", config.value()))
            failed = std::make_error_code (std::errc::io_error);
    }
}

} // namespace

Status copyModel (const fs::path& source, const fs::path& installed, const fs::path& target)
{
    std::error_code failed;
    fs::remove_all (target, failed);
    fs::create_directories (target, failed);

    for (const auto* file :
         { "config.json", "model.safetensors", "preprocessor_config.json", "vocab.json", "lm.bin", "checksums.sha256" })
        if (! failed && isThere (source / file))
            fs::copy_file (source / file, target / file, failed);

    if (! failed)
        keepLanguageModel (installed, target, failed);

    nlohmann::json note{ { "source", source.filename().string() } };

    if (const auto metadata = metadataOf (source); ! metadata.empty())
        note["run_id"] = runOf (metadata);

    if (! failed && ! writeJson (target / noteFile, note))
        failed = std::make_error_code (std::errc::io_error);

    return failed || ! isThere (source) ? Status (copyFailed (source, target, failed)) : success();
}

std::string sourceOfCopy (const fs::path& copy)
{
    const auto note = parseJson (contentOf (copy / noteFile));
    return note && note.value().is_object() ? stringAt (note.value(), "source") : std::string();
}

std::string runOfCopy (const fs::path& copy)
{
    const auto note = parseJson (contentOf (copy / noteFile));
    return note && note.value().is_object() ? stringAt (note.value(), "run_id") : std::string();
}

fs::file_time_type modelTime (const fs::path& model)
{
    std::error_code failed;
    const auto time = fs::last_write_time (model / "config.json", failed);
    return failed ? fs::file_time_type::min() : time;
}

std::error_code takeAway (const fs::path& model)
{
    const auto aside = model.parent_path() / ("." + model.filename().string() + ".old");
    std::error_code failed, ignored;
    fs::remove_all (aside, ignored);

    if (fs::exists (model, ignored))
        fs::rename (model, aside, failed);

    fs::remove_all (aside, ignored);
    return failed;
}

} // namespace kikitori::backend
