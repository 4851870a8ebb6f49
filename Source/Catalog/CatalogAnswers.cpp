#include "Catalog/CatalogAnswers.h"

#include "Catalog/CatalogDetails.h"
#include "Protocol/JsonReading.h"

#include <algorithm>

namespace kikitori
{

using nlohmann::json;

namespace
{
constexpr std::size_t mostEntries = 10000;

Result<json> objectIn (const std::string& body)
{
    auto parsed = parseJson (body);

    if (! parsed || ! parsed.value().is_object())
        return Error{ "bad_answer", "the backend's answer about its models is no JSON object" };

    return parsed;
}

std::vector<std::string> textsAt (const json& object, const char* key)
{
    std::vector<std::string> texts;

    if (const auto found = object.find (key); found != object.end() && found->is_array())
        for (const auto& one : *found)
            if (one.is_string() && texts.size() < mostEntries)
                texts.push_back (one.get<std::string>());

    return texts;
}

template <typename Visit>
Status forEach (const std::string& body, const char* key, Visit visit)
{
    const auto parsed = objectIn (body);

    if (! parsed)
        return parsed.error();

    const auto list = parsed.value().find (key);

    if (list == parsed.value().end() || ! list->is_array())
        return Error{ "bad_answer", std::string ("the backend's answer has no list of ") + key };

    std::size_t count = 0;

    for (const auto& entry : *list)
        if (entry.is_object() && ! stringAt (entry, "name").empty() && count++ < mostEntries)
            visit (entry);

    return success();
}

CatalogModel& entryFor (CatalogLists& lists, const std::string& name)
{
    const auto found =
        std::find_if (lists.models.begin(), lists.models.end(), [&] (const auto& one) { return one.name == name; });

    if (found != lists.models.end())
        return *found;

    lists.models.emplace_back().name = name;
    return lists.models.back();
}

/** "conformer-speech-epoch-3" and "conformer-speech-latest" name model and data set. */
void takeNameApart (CatalogModel& model)
{
    auto end = model.name.rfind ("-epoch-");

    if (end == std::string::npos)
        end = model.name.rfind ("-latest");
    if (end == std::string::npos || ! model.model.empty())
        return;

    const auto whole = model.name.substr (0, end);

    if (! model.dataset.empty() && whole.ends_with ("-" + model.dataset))
        model.model = whole.substr (0, whole.size() - model.dataset.size() - 1);
    else if (const auto dash = whole.find ('-'); dash != std::string::npos)
    {
        model.model = whole.substr (0, dash);
        model.dataset = whole.substr (dash + 1);
    }
}

void readEntry (const json& entry, CatalogModel& model)
{
    model.isCheckpoint = true; // both routes list the folder of checkpoints
    model.model = stringAt (entry, "model_name", model.model);
    model.dataset = stringAt (entry, "dataset_name", model.dataset);
    model.path = stringAt (entry, "path", model.path);
    model.megabytes = numberAt (entry, "size_mb").value_or (model.megabytes);
    model.fileCount = static_cast<int> (integerAt (entry, "file_count").value_or (model.fileCount));
    model.isLatest = boolAt (entry, "latest", model.isLatest);
    model.isInUse = boolAt (entry, "in_use", model.isInUse);

    if (const auto epoch = numberAt (entry, "epoch")) // a number, a numeric text, another text or null
        model.epoch = epoch;
    if (const auto created = numberAt (entry, "created_at"))
        model.createdAt = created;
    if (auto files = textsAt (entry, "files"); ! files.empty())
        model.files = std::move (files);
    if (auto served = textsAt (entry, "in_service"); ! served.empty())
        model.servesAs = std::move (served);

    readTraining (entry, model);
    takeNameApart (model);
}
} // namespace

Status readConfig (const std::string& body, CatalogLists& lists)
{
    const auto parsed = objectIn (body);

    if (! parsed)
        return parsed.error();

    const auto& config = parsed.value();
    lists.trainableModels = textsAt (config, "available_models");
    lists.trainableDatasets = textsAt (config, "available_datasets");

    if (const auto training = config.find ("training_config"); training != config.end() && training->is_object())
    {
        const auto count = [&] (const char* key) -> std::optional<int>
        {
            const auto value = integerAt (*training, key);
            return value && *value > 0 && *value < 1000000 ? std::optional (static_cast<int> (*value)) : std::nullopt;
        };
        lists.epochs = count ("num_epochs");
        lists.batchSize = count ("batch_size");
    }

    for (const auto& name : lists.trainableModels)
        entryFor (lists, name).isInstalled = true;

    const auto installed = config.find ("installed_models");

    if (installed != config.end() && installed->is_array())
        for (const auto& entry : *installed)
            if (const auto name = entry.is_object() ? stringAt (entry, "name") : std::string(); ! name.empty())
            {
                auto& model = entryFor (lists, name);
                model.isInstalled = true;
                model.model = name;
                model.card = readCard (entry);
                model.megabytes = numberAt (entry, "bytes").value_or (0.0) / 1048576.0;
            }

    if (const auto served = config.find ("in_service"); served != config.end() && served->is_object())
    {
        lists.canServeCheckpoints = true;
        for (auto& model : lists.models)
            model.replacedBy = stringAt (*served, model.name.c_str());
    }

    return success();
}

Status readHealth (const std::string& body, CatalogLists& lists)
{
    if (const auto parsed = objectIn (body))
        lists.backendVersion = stringAt (parsed.value(), "version");

    return success(); // a backend without it is no worse
}

std::string servedModel (const std::string& body)
{
    const auto parsed = objectIn (body);
    return parsed ? stringAt (parsed.value(), "model_name") : std::string();
}

Status readModels (const std::string& body, CatalogLists& lists)
{
    return forEach (body, "models",
                    [&] (const json& entry) { readEntry (entry, entryFor (lists, stringAt (entry, "name"))); });
}

Status readCheckpoints (const std::string& body, CatalogLists& lists)
{
    return forEach (body, "checkpoints",
                    [&] (const json& entry) { readEntry (entry, entryFor (lists, stringAt (entry, "name"))); });
}

Status readDatasets (const std::string& body, CatalogLists& lists)
{
    return forEach (body, "datasets",
                    [&] (const json& entry)
                    {
                        CatalogDataset dataset;
                        dataset.name = stringAt (entry, "name");
                        dataset.path = stringAt (entry, "path");
                        dataset.isDownloaded = stringAt (entry, "status") == "downloaded";
                        dataset.isOwn = boolAt (entry, "own", false);
                        dataset.files = static_cast<int> (integerAt (entry, "num_files").value_or (0));
                        dataset.megabytes = numberAt (entry, "size_mb").value_or (0.0);
                        lists.datasets.push_back (std::move (dataset));
                    });
}

Result<bool> readDatasetProgress (const std::string& body, CatalogTask& task)
{
    const auto parsed = objectIn (body);

    if (! parsed)
        return parsed.error();

    const auto job = parsed.value().find ("download");

    if (job == parsed.value().end() || ! job->is_object() || stringAt (*job, "dataset_name") != task.title)
        return false;

    task.phase = stringAt (*job, "status");
    task.done = numberAt (*job, "done").value_or (task.done);

    if (const auto total = numberAt (*job, "total"); total && *total > 0.0)
        task.total = total;

    if (task.phase == "done" || task.phase == "completed")
        task.state = CatalogTask::State::done;
    else if (task.phase == "cancelled")
        task.state = CatalogTask::State::cancelled;
    else if (task.phase == "failed")
    {
        task.state = CatalogTask::State::failed;
        task.error = Error{ "dataset_failed", stringAt (*job, "message", "The backend could not fetch the data set.") };
    }

    return true;
}

Error catalogRefusal (const std::string& what, const HttpResponse& response)
{
    std::string detail;

    if (const auto body = objectIn (response.body))
        if (const auto found = body.value().find ("detail"); found != body.value().end())
        {
            const bool isList = found->is_array() && ! found->empty() && found->front().is_object();
            detail = isList ? stringAt (found->front(), "msg", shownValue (*found)) : shownValue (*found);
        }

    if (response.status == 404 && (detail.empty() || detail == "Not Found"))
        return { "unsupported", "this backend does not serve the request to " + what };
    if (detail.empty())
        detail = "HTTP " + std::to_string (response.status);

    return { "refused", "the backend refused to " + what + ": " + detail };
}

std::string datasetOrder (const std::string& name, bool again)
{
    json order{ { "dataset_name", name } };

    if (again)
        order["again"] = true;

    return order.dump (-1, ' ', false, json::error_handler_t::replace);
}

std::string folderOrder (const std::string& path)
{
    return json{ { "path", path } }.dump (-1, ' ', false, json::error_handler_t::replace);
}

std::string addedDataset (const std::string& body)
{
    const auto parsed = objectIn (body);
    return parsed ? stringAt (parsed.value(), "dataset_name") : std::string();
}

std::string percentEncoded (const std::string& text)
{
    static constexpr char digits[] = "0123456789ABCDEF";
    std::string encoded;

    for (const auto c : text)
    {
        const auto byte = static_cast<unsigned char> (c);
        const bool isPlain = (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z')
                             || (byte >= 'a' && byte <= 'z') || byte == '-' || byte == '_' || byte == '.'
                             || byte == '~';

        if (isPlain)
            encoded += c;
        else
            encoded += { '%', digits[byte >> 4], digits[byte & 15] };
    }

    return encoded;
}

} // namespace kikitori
