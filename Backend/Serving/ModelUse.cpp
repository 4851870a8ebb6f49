#include "Backend/Serving/ModelUse.h"

#include "Backend/Storage/InstalledModels.h"
#include "Protocol/JsonReading.h"

#include <algorithm>

namespace kikitori::backend
{

using nlohmann::json;

namespace
{
RestReply refusal (const Error& error)
{
    if (error.code == "bad_body")
        return invalid ({ "body" }, error.message, "type_error.dict");
    if (error.code == "serve_as")
        return invalid ({ "body", "serve_as" }, error.message, "value_error");
    if (error.code.starts_with ("model_") || error.code == "file_missing")
        return invalid ({ "path", "model_name" }, error.message, "value_error." + error.code);

    static const std::vector<std::pair<const char*, int>> codes{
        { "not_found", 404 }, { "busy", 409 }, { "too_large", 413 }, { "disk_failed", 500 }, { "disk_full", 507 },
    };

    for (const auto& [code, status] : codes)
        if (error.code == code)
            return failure (status, error.message);

    return failure (400, error.message);
}

/** {"serve_as": name} or nothing. */
Result<std::string> serveAsIn (const std::string& body)
{
    if (body.empty())
        return std::string();

    const auto parsed = parseJson (body);

    if (! parsed || ! parsed.value().is_object())
        return Error{ "bad_body", "The body must be a JSON object or empty." };

    const auto found = parsed.value().find ("serve_as");

    if (found == parsed.value().end() || found->is_null())
        return std::string();
    if (! found->is_string())
        return Error{ "serve_as", "must be a model's name" };

    return found->get<std::string>();
}
} // namespace

/** One request: keeps its small body until it is whole. */
class ModelUse::Waiting : public Upload
{
public:
    Waiting (ModelUse& ownerToAsk, std::string nameToUse) : owner (ownerToAsk), name (std::move (nameToUse)) {}

    void add (std::string_view bytes) override
    {
        isTooLarge = isTooLarge || body.size() + bytes.size() > largestBody;

        if (! isTooLarge)
            body.append (bytes);
    }

    void finish (Answer answer) override
    {
        if (isTooLarge)
            answer (
                refusal ({ "too_large", "The body is larger than " + std::to_string (largestBody >> 10) + " KiB." }));
        else
            owner.use (name, body, answer);
    }

private:
    ModelUse& owner;
    const std::string name;
    std::string body;
    bool isTooLarge = false;
};

ModelUse::ModelUse (const BackendConfig& configToUse,
                    const CheckpointStore& checkpointStore,
                    ModelStore& modelStore,
                    Post postTask)
    : config (configToUse), checkpoints (checkpointStore), models (modelStore), post (std::move (postTask))
{
}

std::unique_ptr<Upload> ModelUse::begin (const RestRequest& request)
{
    return std::make_unique<Waiting> (*this, request.name);
}

bool ModelUse::isServed (const std::string& name) const
{
    return std::find (config.models.begin(), config.models.end(), name) != config.models.end()
           || ! findModel (name, {}, config.dataFolder).empty();
}

Result<ModelUse::Choice> ModelUse::choose (const std::string& name, const std::string& serveAs) const
{
    const auto checkpoint = checkpoints.find (name);
    Choice choice;

    if (checkpoint)
    {
        choice.folder = checkpoint.value(); // where a link such as -best points
        choice.source = choice.folder.filename().string();
        choice.modelName = serveAs.empty() ? modelOfCheckpoint (name, config.models) : serveAs;
    }
    else if (checkpoint.error().code == "not_found")
    {
        choice.source = name;
        choice.modelName = serveAs.empty() ? name : serveAs;

        if (choice.modelName != name)
            choice.folder = findModel (name, config.modelFolder, config.dataFolder);
        if (choice.modelName != name ? choice.folder.empty() : ! isServed (name))
            return checkpoint.error();
    }
    else
    {
        return checkpoint.error();
    }

    if (! isServed (choice.modelName))
        return Error{ "serve_as", choice.modelName.empty()
                                      ? "The checkpoint's name begins with no model's; say which model it serves as"
                                      : "\"" + choice.modelName.substr (0, 80) + "\" is no model of available_models" };

    return choice;
}

void ModelUse::use (const std::string& name, const std::string& body, const Answer& answer)
{
    const auto serveAs = serveAsIn (body);
    const auto choice = serveAs ? choose (name, serveAs.value()) : Result<Choice> (serveAs.error());

    if (! choice)
        return answer (refusal (choice.error()));
    if (*isUnderWay)
        return answer (refusal ({ "busy", "Another model is being put into service; try again when that is done." }));

    const auto& chosen = choice.value();
    const json reply{ { "message", chosen.folder.empty()
                                       ? "Model '" + chosen.modelName + "' is the installed one."
                                       : "Model '" + chosen.modelName + "' is now '" + chosen.source + "'." },
                      { "model_name", chosen.modelName },
                      { "source", chosen.source } };
    auto done = [answer, reply, postTask = post, underWay = isUnderWay] (const ModelStore::Loaded& loaded)
    {
        postTask (
            [answer, underWay, result = loaded ? jsonReply (200, reply) : refusal (loaded.error())]
            {
                *underWay = false;
                answer (result);
            });
    };

    *isUnderWay = true;

    if (chosen.folder.empty())
        models.restore (chosen.modelName, std::move (done));
    else
        models.replace (chosen.modelName, chosen.folder, std::move (done));
}

} // namespace kikitori::backend
