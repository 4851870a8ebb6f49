#include "Catalog/CatalogAnswers.h"
#include "Support/Catch.h"

#include <fstream>
#include <nlohmann/json.hpp>

using namespace kikitori;

namespace
{

/** The body that the reference answered with in a recorded exchange. */
std::string recorded (const std::string& name)
{
    std::ifstream stream (KIKITORI_FIXTURES "/protocol/rest.json");
    return nlohmann::json::parse (stream).at (name).at ("body").dump();
}

} // namespace

TEST_CASE ("the reference's lists are read: numbers, texts and nulls as epochs", "[catalog]")
{
    CatalogLists lists;
    REQUIRE (readConfig (recorded ("config_initial"), lists));
    REQUIRE (readModels (recorded ("models_dirs"), lists));
    REQUIRE (readCheckpoints (recorded ("checkpoints_dirs"), lists));

    CHECK (lists.trainableModels == std::vector<std::string>{ "conformer", "realtime" });
    CHECK (lists.trainableDatasets == std::vector<std::string>{ "ljspeech" });
    CHECK (lists.epochs == 100);
    CHECK (lists.batchSize == 32);
    REQUIRE (lists.models.size() == 6); // two installed, four folders, no name twice

    const auto& odd = lists.models[2];
    CHECK (odd.name == "conformer-ljspeech-epoch-abc.pt");
    CHECK_FALSE (odd.epoch);
    const auto& four = lists.models[4];
    CHECK (four.name == "realtime-ljspeech-epoch-4.pt");
    CHECK (four.epoch == 4.0);
    CHECK (four.model == "realtime");
    CHECK (four.dataset == "ljspeech");
    CHECK (four.megabytes == Approx (23.68));
    CHECK (four.files.size() == 7);
    CHECK (four.isCheckpoint);
    CHECK_FALSE (four.isInstalled);
}

TEST_CASE ("cards and training metadata of our backend are read", "[catalog]")
{
    CatalogLists lists;
    REQUIRE (readConfig (R"({"available_models":["conformer"],"available_datasets":["speech"],"installed_models":[
        {"name":"conformer","language":"en","licence":"CC-BY-4.0","parameters":1200000,"bytes":1048576,
         "chunk_ms":[80,160],"wer":{"dev":12.5},"cer":{"dev":4.5}}]})",
                         lists));
    REQUIRE (lists.models.size() == 1);
    REQUIRE (lists.models[0].card);
    CHECK (lists.models[0].card->chunkMs == std::vector<int>{ 80, 160 });
    CHECK (lists.models[0].card->wers[0].second == Approx (12.5));
    CHECK (lists.models[0].card->cers[0].second == Approx (4.5));
    CHECK (lists.models[0].megabytes == Approx (1.0));

    REQUIRE (readModels (R"({"models":[{"name":"a-b-epoch-2","dataset_name":"b","epoch":"2","in_use":true,
        "training_start_time":"2026-01-01T00:00:00Z","training_params":{"learning_rate":0.00030000000000000003,"augment":true},
        "training_metadata":{"model_name":"a","trained_seconds":60,"history":[
            {"epoch":1,"step":10,"loss":2.5,"val_loss":2.0,"wer":0.5,"cer":0.2},{"epoch":2,"step":20,"val_loss":null},7]}}]})",
                         lists));
    const auto& model = lists.models.back();
    CHECK (model.model == "a");
    CHECK (model.isInUse);
    CHECK (model.trainedSeconds == 60.0);
    CHECK (model.parameters[1] == std::pair<std::string, std::string> ("learning_rate", "0.0003"));
    REQUIRE (model.history.size() == 2);
    CHECK (model.history[0].wordErrorRate == 0.5);
    CHECK_FALSE (model.history[1].validationLoss);
}

TEST_CASE ("answers that make no sense change nothing", "[catalog]")
{
    CatalogLists lists;

    for (const auto* nonsense : { "", "[]", "null", "{", R"({"models":3})", R"({"datasets":"x"})" })
    {
        CHECK_FALSE (readModels (nonsense, lists));
        CHECK_FALSE (readDatasets (nonsense, lists));
    }

    CHECK (readModels (R"({"models":[1,null,{"name":""},{"name":7}]})", lists));
    CHECK (lists.models.empty());
    CHECK (readConfig (R"({"available_models":"x","training_config":{"num_epochs":"many"}})", lists));
    CHECK_FALSE (lists.epochs);
}

TEST_CASE ("names go safely into a path", "[catalog]")
{
    CHECK (percentEncoded ("a b/\xE3\x83\xA2?&#%") == "a%20b%2F%E3%83%A2%3F%26%23%25");
    CHECK (percentEncoded ("conformer-speech_epoch-1.pt~") == "conformer-speech_epoch-1.pt~");
    CHECK (datasetOrder ("a\"b") == R"({"dataset_name":"a\"b"})");
    CHECK (datasetOrder ("a", true) == R"({"again":true,"dataset_name":"a"})");
}

TEST_CASE ("what serves in whose place is read, and whether a backend can change that", "[catalog]")
{
    CatalogLists lists;
    REQUIRE (readConfig (
        R"({"available_models":["conformer","realtime"],"in_service":{"conformer":"conformer-a-epoch-2"}})", lists));
    REQUIRE (readCheckpoints (R"({"checkpoints":[{"name":"conformer-a-epoch-2","in_service":["conformer"]},
                                                 {"name":"conformer-a-epoch-3","in_service":[]}]})",
                              lists));
    CHECK (lists.canServeCheckpoints);
    CHECK (lists.models[0].replacedBy == "conformer-a-epoch-2");
    CHECK (lists.models[1].replacedBy.empty());
    CHECK (lists.models[2].servesAs == std::vector<std::string>{ "conformer" });
    CHECK (lists.models[3].servesAs.empty());

    CatalogLists older;
    REQUIRE (readConfig (R"({"available_models":["conformer"]})", older));
    CHECK_FALSE (older.canServeCheckpoints);
    CHECK (servedModel (R"({"message":"","model_name":"conformer","source":"x"})") == "conformer");
    CHECK (servedModel ("nonsense").empty());
}

TEST_CASE ("a refusal with a list of reasons tells the first", "[catalog]")
{
    CHECK (
        catalogRefusal ("do it", { 422, R"({"detail":[{"loc":["path"],"msg":"it cannot be loaded","type":"value"}]})" })
            .message
        == "the backend refused to do it: it cannot be loaded");
}
