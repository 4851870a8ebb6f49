/*  The REST routes with the tests' tiny model, a trainer that only waits for its end, and the folders that the
    recordings of the reference were made with; no sockets.

    Threads: one owner; answers that come later are waited for.
    Failure: an answer that does not come in a minute fails the running test.
*/
#pragma once

#include "Backend/Serving/RestApi.h"
#include "Backend/Storage/InstalledModels.h"
#include "Support/TemporaryFolder.h"

#include <condition_variable>

namespace kikitori::backend
{

class RestScene
{
public:
    RestScene()
    {
        namespace fs = std::filesystem;
        config.models = { "conformer", "realtime" };
        config.datasets["ljspeech"] = "/nowhere/manifest.jsonl";
        config.datasetSettings = { { "ljspeech", {} } };
        config.datasetSettings["ljspeech"].path = config.datasets["ljspeech"];
        config.dataFolder = folder.path / "data";
        fs::create_directories (config.dataFolder / "checkpoints");
        fs::create_directories (folder.path / "models");

        for (const auto& name : config.models)
            fs::copy (KIKITORI_FIXTURES "/tiny_model", folder.path / "models" / name);

        folder.write ("trainer", "#!/bin/sh\nread word\n");
        fs::permissions (folder.path / "trainer", fs::perms::owner_all);
        config.modelFolder = folder.path / "models";
        models = std::make_unique<ModelStore> (config.modelFolder, config.models, config.dataFolder / "served");
        models->serveAlso (userModelFolder (config.dataFolder));
        trainer = std::make_unique<TrainerSupervisor> (folder.path / "trainer", [] (const auto&) {});
        open();
    }

    /** Begins anew with the configuration as it is now. */
    void open (InferenceLimits limits = {})
    {
        api.reset();
        api = std::make_unique<RestApi> (
            config, *trainer, *models,
            RestServices{ [this] { return streams; }, [this] (auto task) { post (std::move (task)); },
                          [this] (const auto& text) { pushed.push_back (text); }, limits });
    }

    ~RestScene()
    {
        api.reset();
        models.reset();
        trainer.reset();
    }

    /** A folder in checkpoints/ with a file. */
    std::filesystem::path addCheckpoint (const std::string& name, const std::string& file = "model.safetensors") const
    {
        std::filesystem::create_directories (config.dataFolder / "checkpoints" / name);
        std::ofstream (config.dataFolder / "checkpoints" / name / file) << "x";
        return config.dataFolder / "checkpoints" / name;
    }

    /** Sends a request; the target may have arguments, percent signs are decoded as the server does. */
    RestReply ask (const std::string& method,
                   const std::string& target,
                   const std::string& body = {},
                   const std::string& contentType = "application/json")
    {
        RestRequest request{ method, decoded (target.substr (0, target.find ('?'))), body };
        request.contentType = contentType;
        auto rest = target.find ('?') == std::string::npos ? std::string() : target.substr (target.find ('?') + 1);

        while (! rest.empty())
        {
            const auto one = rest.substr (0, rest.find ('&'));
            rest.erase (0, one.size() + 1);
            const auto equals = std::min (one.find ('='), one.size());
            request.query.emplace_back (decoded (one.substr (0, equals)),
                                        decoded (one.substr (std::min (equals + 1, one.size()))));
        }

        auto upload = api->beginUpload (request);

        if (upload == nullptr)
            return api->handle (std::move (request));

        for (std::size_t i = 0; i < body.size(); i += 65536)
            upload->add (std::string_view (body).substr (i, 65536));

        std::optional<RestReply> reply;
        upload->finish ([&reply] (RestReply answer) { reply = std::move (answer); });
        waitFor ([&reply] { return reply.has_value(); });
        return *reply;
    }

    std::pair<int, nlohmann::json> askJson (const std::string& method,
                                            const std::string& target,
                                            const std::string& body = {})
    {
        const auto reply = ask (method, target, body);
        return { reply.status, nlohmann::json::parse (reply.body, nullptr, false) };
    }

    /** Runs what was posted until the condition holds. */
    template <typename Condition>
    void waitFor (Condition isMet)
    {
        const auto limit = std::chrono::steady_clock::now() + std::chrono::minutes (1);

        while (! isMet())
        {
            std::unique_lock lock (mutex);
            wake.wait_for (lock, std::chrono::milliseconds (20), [this] { return ! tasks.empty(); });
            auto ready = std::exchange (tasks, {});
            lock.unlock();

            for (auto& task : ready)
                task();

            REQUIRE (std::chrono::steady_clock::now() < limit);
        }
    }

    static std::string decoded (const std::string& text)
    {
        std::string plain;

        for (std::size_t i = 0; i < text.size(); ++i)
        {
            if (text[i] == '%' && i + 2 < text.size())
            {
                plain += static_cast<char> (std::stoi (text.substr (i + 1, 2), nullptr, 16));
                i += 2;
            }
            else
            {
                plain += text[i];
            }
        }

        return plain;
    }

    void post (std::function<void()> task)
    {
        const std::lock_guard lock (mutex);
        tasks.push_back (std::move (task));
        wake.notify_one();
    }

    const TemporaryFolder folder;
    BackendConfig config;
    int streams = 0;
    std::vector<std::string> pushed; ///< what every WebSocket was told
    std::mutex mutex;
    std::condition_variable wake;
    std::vector<std::function<void()>> tasks;
    std::unique_ptr<TrainerSupervisor> trainer;
    std::unique_ptr<ModelStore> models;
    std::unique_ptr<RestApi> api;
};

} // namespace kikitori::backend
