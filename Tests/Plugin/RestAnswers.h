/*  Plays the REST routes of a backend to the window's requests.

    Threads: the test's.
    Failure: a request that it does not know is answered with 404, as a backend would.
*/
#pragma once

#include "Support/ManualTransport.h"

#include <map>
#include <string>
#include <vector>

namespace kikitori::test
{

class RestAnswers
{
public:
    explicit RestAnswers (ManualTransport& transportToServe) : transport (transportToServe) {}

    /** By "METHOD target", the query left out. */
    std::map<std::string, HttpResponse> routes{
        { "GET /healthz", { 200, R"({"status":"ok","protocol":2,"version":"9.8.7"})" } },
        { "GET /api/status", { 200, R"({"is_training":false})" } },
        { "GET /api/progress", { 200, R"({"is_training":false})" } },
        { "GET /api/config",
          { 200, R"({"available_models":["conformer","parakeet-small"],"available_datasets":["speech","jsut"],
                 "training_config":{"num_epochs":20,"batch_size":16},"installed_models":[
                 {"name":"conformer","language":"en","licence":"CC-BY-4.0","parameters":8100000,"bytes":9437184,
                  "chunk_ms":[80,160,320,640],"wer":{"dev":14.2},"trainable":true},
                 {"name":"parakeet-small","language":"en","licence":"CC-BY-4.0","parameters":114000000,
                  "bytes":120586240,"chunk_ms":[1120],"wer":{"test-clean":3.7,"test-other":7.9}}]})" } },
        { "GET /api/models", { 200, models() } },
        { "GET /api/checkpoints", { 200, R"({"checkpoints":[]})" } },
        { "GET /api/datasets", { 200, R"({"datasets":[
                 {"name":"speech","status":"downloaded","num_files":13100,"size_mb":3670.2,"path":"/data/speech"},
                 {"name":"jsut","status":"not_downloaded","num_files":0,"size_mb":0,"path":"/data/jsut"}]})" } },
    };

    /** Answers everything that waits, and what follows from it. Gives how many. */
    int serve()
    {
        int answered = 0;
        transport.sendRequests();

        for (std::size_t i = 0; i < transport.requests.size(); ++i)
        {
            const auto request = transport.requests[i];

            if (request->isAnswered || request->isCancelled || ! request->hasLeft)
                continue;

            ++answered;
            const auto key =
                request->request.method + " " + request->request.target.substr (0, request->request.target.find ('?'));
            asked.push_back (request->request.method + " " + request->request.target);
            bodies.push_back (request->request.body);
            const auto route = routes.find (key);
            transport.answer (*request,
                              route != routes.end() ? route->second : HttpResponse{ 404, R"({"detail":"Not Found"})" });
            transport.sendRequests();
        }

        transport.runPosted();
        return answered;
    }

    bool wasAsked (const std::string& what) const
    {
        return std::find (asked.begin(), asked.end(), what) != asked.end();
    }

    std::vector<std::string> asked, bodies;

private:
    static std::string epochs (int count, double first)
    {
        std::string list;
        for (int epoch = 1; epoch <= count; ++epoch)
        {
            const auto loss = first / (1.0 + 0.35 * epoch);
            list += std::string (epoch > 1 ? "," : "") + R"({"epoch":)" + std::to_string (epoch) + R"(,"step":)"
                    + std::to_string (epoch * 400) + R"(,"loss":)" + std::to_string (loss) + R"(,"val_loss":)"
                    + std::to_string (loss * 1.12 + 0.05) + R"(,"wer":)" + std::to_string (0.9 / (1.0 + 0.25 * epoch))
                    + R"(,"cer":)" + std::to_string (0.4 / (1.0 + 0.25 * epoch)) + "}";
        }
        return list;
    }

    static std::string checkpoint (const std::string& set, int epoch, const std::string& began, double first)
    {
        return R"({"name":"conformer-)" + set + "-epoch-" + std::to_string (epoch) + R"(","dataset_name":")" + set
               + R"(","path":"/data/checkpoints/conformer-)" + set + "-epoch-" + std::to_string (epoch)
               + R"(","epoch":")" + std::to_string (epoch) + R"(","size_mb":96.4,"file_count":6,"created_at":17955)"
               + std::to_string (10000 + epoch * 900)
               + R"(,"files":["config.json","model.safetensors","optimizer.pt","preprocessor_config.json",
                    "training_metadata.json","vocab.json"],"training_start_time":")"
               + began + R"(","training_end_time":"2026-11-24T18:10:00Z",
                 "training_params":{"epochs":20,"learning_rate":0.0008,"warmup_steps":400,"augment":true},
                 "training_metadata":{"model_name":"conformer","trained_seconds":8130,"samples":13100,"history":[)"
               + epochs (epoch, first) + "]}}";
    }

    static std::string models()
    {
        return R"({"models":[)" + checkpoint ("speech", 11, "2026-11-24T09:00:00Z", 3.4) + ","
               + checkpoint ("speech", 12, "2026-11-24T09:00:00Z", 3.4) + ","
               + checkpoint ("jsut", 8, "2026-11-20T21:30:00Z", 4.6) + "]}";
    }

    ManualTransport& transport;
};

} // namespace kikitori::test
