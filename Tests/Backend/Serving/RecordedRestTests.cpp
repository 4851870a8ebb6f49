// The recorded REST exchanges of the reference backend, asked again of ours: status, text of errors and shape of the
// answer must be the same, but for the differences listed here, which Docs/Protocol.md explains.
#include "RestScene.h"

#include <fstream>
#include <map>
#include <set>

using namespace kikitori::backend;
using nlohmann::json;

namespace
{
struct Difference
{
    int status;
    std::string reason;
};

const std::string fields = "numbers of the wrong kind are refused: a string wedges the reference";
const std::string fault = "the client's mistake is no fault of the server, and no traceback leaves it";

const std::map<std::string, Difference> intended{
    { "train_start_bad_batch_zero", { 422, fields } },
    { "train_start_bad_epochs_float", { 422, fields } },
    { "train_start_bad_epochs_negative", { 422, fields } },
    { "train_start_bad_epochs_text", { 422, fields } },
    { "train_start_bad_epochs_zero", { 422, fields } },
    { "train_start_batch_text", { 422, fields } },
    { "inference_empty_file", { 400, fault } },
    { "inference_not_audio", { 400, fault } },
    { "inference_unknown_model", { 400, fault } },
    { "inference_empty_model_name", { 400, fault } },
    { "inference_zero_samples", { 400, "a file without a sample has nothing to transcribe, and says so" } },
    { "inference_filename_long", { 200, "the client's file name never becomes a path" } },
    { "inference_filename_slash", { 200, "the client's file name never becomes a path" } },
    { "progress_infinite_loss", { 200, "JSON has no infinity; the loss is null" } },
    { "trailing_slash", { 404, "no client uses it" } },
    { "delete_models_bulk_not_here", { 422, "the route is documented, and the recording lacked it" } },
    { "datasets_not_here", { 200, "the route is documented, and the recording lacked it" } },
    { "dataset_download_missing_name", { 400, fault } },
    { "dataset_download_unsupported", { 400, fault } },
};

const std::map<std::string, std::string> notReplayed{
    { "http_transport_facts", "bytes below the routes, tested with sockets" },
    { "progress_poll_full_run", "a whole training by the clock, tested in TrainerSupervisorTests" },
    { "start_then_stop_race", "of the reference's threads; train_stop_ok and train_stop_twice ask the same" },
    { "inference_model_load_failure", "needs a model that fails to load, tested in InferenceRoutesTests" },
    { "dataset_download_exists", "needs a data set on the disk, tested in DatasetRoutesTests" },
    { "dataset_download_script_failed", "the reference runs a script; failed downloads are in DatasetLibraryTests" },
};

const std::set<std::string> whileTraining{
    "status_right_after_stop",  "status_training",    "status_wedged",
    "status_wedged_after_stop", "progress_training",  "train_resume_conflict_409",
    "train_start_conflict_409", "train_start_wedged", "train_stop_ok",
    "train_stop_twice",         "train_stop_wedged",
};

const std::set<std::string> withFolders{
    "checkpoints_dirs",
    "checkpoints_filter_empty",
    "checkpoints_filter_model",
    "checkpoints_filter_none",
    "models_dirs",
    "delete_model_dir_ok",
    "delete_model_dir_with_space",
    "delete_model_file_400",
    "train_resume_nothing",
    "train_resume_ok",
    "train_resume_specific_dir_ok_then_fails",
    "train_resume_specific_file_400",
};

std::string fixture (const std::string& name)
{
    const auto ending = name.find ('.') == std::string::npos ? std::string() : name.substr (name.rfind ('.'));
    const auto known = ending == ".flac" || ending == ".mp3" || ending == ".m4a" || ending == ".ogg";
    std::ifstream in (std::string (KIKITORI_FIXTURES "/audio/tone") + (known ? ending : ".wav"), std::ios::binary);
    return { std::istreambuf_iterator<char> (in), {} };
}

/** What was uploaded: the recording names the file, our fixtures take its place. */
std::string contentOf (const json& field)
{
    const auto data = field["data"].get<std::string>();

    if (data.starts_with ("<0 bytes"))
        return {};
    if (data.starts_with ("<24 bytes"))
        return "these are no samples 123";
    if (data.starts_with ("<8 bytes"))
        return "realtime";
    if (data.starts_with ("<44 bytes"))
        return fixture ("zero.wav").substr (0, 40) + std::string (4, '\0');

    const auto name = data.substr (data.find (" of ") + 4);
    return fixture (name.substr (0, name.size() - 1));
}

std::string multipart (const json& fieldsToSend)
{
    std::string body;

    for (const auto& field : fieldsToSend)
    {
        body += "--seedrec\r\nContent-Disposition: form-data; name=\"" + field["name"].get<std::string>() + "\"";
        if (field.contains ("filename"))
            body += "; filename=\"" + field["filename"].get<std::string>() + "\"";
        body += "\r\n\r\n" + contentOf (field) + "\r\n";
    }

    return body + "--seedrec--\r\n";
}

RestReply replay (RestScene& scene, const std::string& name, const json& request)
{
    auto body = request.value ("body_text", "");
    auto type = std::string ("application/json");

    if (request.contains ("body_note"))
    {
        const auto& note = request["body_note"];
        const json plain = json::array (
            { { { "name", "file" }, { "filename", "hello16k.wav" }, { "data", "<198624 bytes of hello16k.wav>" } } });
        body = multipart (note.is_object() ? note["multipart_fields"] : plain);
        type = "multipart/form-data; boundary=seedrec";
    }
    else if (name == "inference_file_without_filename")
    {
        type = "multipart/form-data; boundary=----seedrec";
    }
    else if (name == "inference_multipart_no_boundary")
    {
        type = "multipart/form-data";
    }

    return scene.ask (request["method"], request["path"], body, type);
}

void prepare (RestScene& scene, const std::string& name)
{
    if (withFolders.contains (name))
    {
        const auto checkpoints = scene.config.dataFolder / "checkpoints";
        for (const auto* folder : { "realtime-ljspeech-epoch-4.pt", "realtime-ljspeech-epoch-7.pt",
                                    "conformer-ljspeech-epoch-abc.pt", "other dir" })
            scene.addCheckpoint (folder);
        std::ofstream (checkpoints / "realtime-ljspeech-epoch-2.pt") << "x";
        std::filesystem::create_directories (checkpoints / "empty");
        std::filesystem::create_directory_symlink ("realtime-ljspeech-epoch-7.pt",
                                                   checkpoints / "realtime-ljspeech-latest");
    }

    if (whileTraining.contains (name))
        REQUIRE (scene.ask ("POST", "/api/train/start", R"({"model_name":"realtime","dataset_name":"ljspeech"})").status
                 == 200);
    if (name == "train_stop_twice" || name == "status_right_after_stop")
        REQUIRE (scene.ask ("POST", "/api/train/stop").status == 200);
}

/** Every key of the recorded answer, with a value of the same kind, through all objects. */
void checkShape (const json& ours, const json& recorded, const std::string& place)
{
    INFO (place);

    if (recorded.is_object())
    {
        REQUIRE (ours.is_object());
        for (const auto& [key, value] : recorded.items())
        {
            INFO (place + "." + key);
            // What is null here may be known there, and a training that failed is known to the recording alone.
            if (key == "latest_error" || key == "ctx")
                continue;
            REQUIRE (ours.contains (key));
            checkShape (ours[key], value, place + "." + key);
        }
    }
    else if (recorded.is_array())
    {
        REQUIRE (ours.is_array());
        if (! ours.empty() && ! recorded.empty() && recorded[0].is_object())
            checkShape (ours[0], recorded[0], place + "[0]");
    }
    else if (! recorded.is_null())
    {
        CHECK ((ours.type() == recorded.type() || (ours.is_number() && recorded.is_number())));
    }
}

std::vector<std::string> namesIn (const json& list)
{
    std::vector<std::string> names;
    for (const auto& one : list)
        names.push_back (one["name"]);
    return names;
}
} // namespace

TEST_CASE ("the reference's recorded REST exchanges are answered the same, or the difference is listed", "[rest]")
{
    const auto recordings = json::parse (std::ifstream (KIKITORI_FIXTURES "/protocol/rest.json"));
    std::size_t replayed = 0;

    for (const auto& [name, recorded] : recordings.items())
    {
        if (notReplayed.contains (name))
            continue;

        INFO (name);
        RestScene scene;
        prepare (scene, name);
        const auto reply = replay (scene, name, recorded["request"]);
        const auto difference = intended.find (name);
        const auto isDifferent = difference != intended.end();
        CHECK (reply.status == (isDifferent ? difference->second.status : recorded["status"].get<int>()));
        ++replayed;

        if (isDifferent || ! recorded["body"].is_object())
            continue;

        const auto answer = json::parse (reply.body, nullptr, false);
        const auto& body = recorded["body"];
        checkShape (answer, body, name);

        if (body.contains ("detail") && body["detail"].is_string())
            CHECK (answer["detail"] == body["detail"]);
        for (const auto* list : { "checkpoints", "models" })
            if (body.contains (list))
                CHECK (namesIn (answer[list]) == namesIn (body[list]));
    }

    CHECK (replayed + notReplayed.size() == recordings.size());
}
