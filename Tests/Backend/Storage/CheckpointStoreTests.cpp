#include "Backend/Storage/CheckpointPointer.h"
#include "Backend/Storage/CheckpointStore.h"
#include "Support/TemporaryFolder.h"

using namespace kikitori::backend;
namespace fs = std::filesystem;

namespace
{
class Rig
{
public:
    void add (const std::string& name, const std::string& metadata = {}) const
    {
        fs::create_directories (folder.path / name);
        folder.write (name + "/model.safetensors", "1234");
        if (! metadata.empty())
            folder.write (name + "/training_metadata.json", metadata);
    }

    void pointLatest (const std::string& link, const std::string& target) const
    {
        fs::create_directory_symlink (target, folder.path / link);
    }

    std::string latest (const std::string& link) const { return fs::read_symlink (folder.path / link).string(); }

    TemporaryFolder folder;
    CheckpointStore store{ folder.path, { "conformer", "con-former" } };
};
} // namespace

TEST_CASE ("a checkpoint's name gives model, data set and epoch", "[checkpoints]")
{
    const std::vector<std::string> models{ "conformer", "con-former" };
    const auto plain = parseCheckpointName ("conformer-ljspeech-epoch-7", models);
    CHECK (plain.model == "conformer");
    CHECK (plain.dataset == "ljspeech");
    CHECK (plain.number() == 7);
    CHECK (parseCheckpointName ("con-former-lj-part-epoch-12.pt", models).model == "con-former");
    CHECK (parseCheckpointName ("con-former-lj-part-epoch-12.pt", models).dataset == "lj-part");
    CHECK (parseCheckpointName ("other-set-epoch-3", models).model == "other");
    CHECK_FALSE (parseCheckpointName ("conformer-ljspeech-epoch-abc.pt", models).number());
    CHECK (parseCheckpointName ("conformer-ljspeech-epoch-abc.pt", models).epoch == "abc");
    CHECK (parseCheckpointName ("notes", models).model.empty());
}

TEST_CASE ("names that could leave the folder are none", "[checkpoints]")
{
    for (const auto* name : { "", ".", "..", "../x", "a/b", "a\\b", "a..b", ".hidden", "%2e%2e", "a\nb", "/etc" })
    {
        INFO (name);
        CHECK_FALSE (isPlainName (name));
    }

    CHECK_FALSE (isPlainName (std::string ("a\0b", 3)));
    CHECK_FALSE (isPlainName (std::string (201, 'a')));
    CHECK (isPlainName ("conformer-ljspeech-epoch-7"));
    CHECK (isPlainName ("other dir"));
    CHECK (isPlainName ("モデル"));
}

TEST_CASE ("the list holds folders with files, with sizes, and knows the latest", "[checkpoints]")
{
    const Rig rig;
    rig.add ("conformer-lj-epoch-1");
    rig.add ("conformer-lj-epoch-2", R"({"model_name":"conformer","dataset_name":"lj","history":[]})");
    rig.add ("other dir");
    fs::create_directories (rig.folder.path / "empty");
    rig.folder.write ("file.pt", "x");
    rig.pointLatest ("conformer-lj-latest", "conformer-lj-epoch-2");
    rig.add (".writing-conformer-lj-epoch-3");

    const auto list = rig.store.list();
    REQUIRE (list.size() == 3);
    CHECK (list[0].name == "conformer-lj-epoch-1");
    CHECK_FALSE (list[0].isLatest);
    CHECK (list[0].bytes == 4);
    CHECK (list[1].isLatest);
    CHECK (list[1].files == std::vector<std::string>{ "model.safetensors", "training_metadata.json" });
    CHECK (list[1].metadata["dataset_name"] == "lj");
    CHECK (list[2].name == "other dir");
    CHECK (list[2].createdAt > 1.0e9);
}

TEST_CASE ("latest is followed inside the folder only", "[checkpoints]")
{
    const Rig rig;
    rig.add ("conformer-lj-epoch-1");
    rig.pointLatest ("conformer-lj-latest", "conformer-lj-epoch-1");
    REQUIRE (rig.store.latest ("conformer", "lj").ok());
    CHECK (rig.store.latest ("conformer", "lj").value().filename() == "conformer-lj-epoch-1");
    CHECK (rig.store.latest ("conformer", "jsut").error().code == "not_found");

    rig.pointLatest ("evil", "/etc");
    CHECK_FALSE (rig.store.find ("evil").ok());
    rig.pointLatest ("evil2", "../..");
    CHECK_FALSE (rig.store.find ("evil2").ok());
    rig.pointLatest ("chain", "evil");
    CHECK_FALSE (rig.store.find ("chain").ok());
}

TEST_CASE ("on a disk without links a small file names the latest", "[checkpoints]")
{
    Rig rig;
    rig.add ("conformer-lj-epoch-1");
    rig.add ("conformer-lj-epoch-2");
    REQUIRE (pointAt (rig.folder.path, "conformer-lj-latest", "conformer-lj-epoch-1")); // a link that becomes a file
    REQUIRE (pointAt (rig.folder.path, "conformer-lj-latest", "conformer-lj-epoch-2", Links::none));
    CHECK (fs::is_regular_file (fs::symlink_status (rig.folder.path / "conformer-lj-latest")));
    CHECK (rig.store.latest ("conformer", "lj").value().filename() == "conformer-lj-epoch-2");
    CHECK (resolvePointer (rig.folder.path / "conformer-lj-latest") == rig.folder.path / "conformer-lj-epoch-2");
    REQUIRE (rig.store.list().size() == 2);
    CHECK (rig.store.list()[1].isLatest);

    REQUIRE (rig.store.remove ("conformer-lj-epoch-2").ok());
    CHECK (rig.store.latest ("conformer", "lj").value().filename() == "conformer-lj-epoch-1");
    CHECK (rig.store.remove ("conformer-lj-latest").error().code == "is_link");

    for (const auto* evil : { "../outside", "/etc", "a\nb", "" })
    {
        rig.folder.write ("odd-latest", evil);
        CHECK (targetOf (rig.folder.path / "odd-latest").empty());
    }
}

TEST_CASE ("deleting the newest moves latest to the one before, deleting the last removes it", "[checkpoints]")
{
    const Rig rig;
    rig.add ("conformer-lj-epoch-2");
    rig.add ("conformer-lj-epoch-10");
    rig.add ("conformer-jsut-epoch-99");
    rig.pointLatest ("conformer-lj-latest", "conformer-lj-epoch-10");

    CHECK (rig.store.remove ("conformer-lj-latest").error().code == "is_link");
    REQUIRE (rig.store.remove ("conformer-lj-epoch-10").ok());
    CHECK (rig.latest ("conformer-lj-latest") == "conformer-lj-epoch-2");
    REQUIRE (rig.store.remove ("conformer-lj-epoch-2").ok());
    CHECK_FALSE (fs::exists (fs::symlink_status (rig.folder.path / "conformer-lj-latest")));
    CHECK (rig.store.list().size() == 1);
}

TEST_CASE ("what cannot be deleted is said with a code of its own", "[checkpoints]")
{
    const Rig rig;
    rig.folder.write ("file.pt", "x");
    CHECK (rig.store.remove ("nope").error().code == "not_found");
    CHECK (rig.store.remove ("file.pt").error().code == "not_a_folder");
    CHECK (rig.store.remove ("../x").error().code == "invalid_name");
    CHECK (fs::exists (rig.folder.path / "file.pt"));
}

TEST_CASE ("a deletion that broke off is finished at the next start", "[checkpoints]")
{
    const TemporaryFolder folder;
    fs::create_directories (folder.path / ".deleting-conformer-lj-epoch-1");
    folder.write (".deleting-conformer-lj-epoch-1/optimizer.pt", "x");
    const CheckpointStore store (folder.path, {});
    CHECK (fs::is_empty (folder.path));
}

TEST_CASE ("deleting the best moves best to the next one of its run, and an average with its weights goes", "[checkpoints]")
{
    const Rig rig;
    const auto metadata = [] (const char* run, double score)
    {
        return nlohmann::json{ { "run_id", run },
                               { "epoch_complete", true },
                               { "history", { { { "score", score }, { "val_loss", 1.0 } } } } }
            .dump();
    };
    rig.add ("conformer-lj-epoch-1", metadata ("new", 0.5));
    rig.add ("conformer-lj-epoch-2", metadata ("new", 0.2));
    rig.add ("conformer-lj-epoch-3", metadata ("new", 0.3));
    rig.add ("conformer-lj-epoch-4", R"({"run_id":"new","epoch_complete":false})");
    rig.add ("conformer-lj-epoch-9@old", metadata ("old", 0.1));
    rig.pointLatest ("conformer-lj-best", "conformer-lj-epoch-2");
    rig.pointLatest ("conformer-lj-best@old", "conformer-lj-epoch-9@old");
    rig.add ("conformer-lj-average");
    rig.folder.write ("conformer-lj-average/config.json",
                      R"({"card":{"average_of":["conformer-lj-epoch-2","conformer-lj-epoch-3"]}})");
    rig.add ("conformer-lj-average@old");
    rig.folder.write ("conformer-lj-average@old/config.json", R"({"card":{"average_of":["conformer-lj-epoch-8"]}})");

    REQUIRE (rig.store.remove ("conformer-lj-epoch-1").ok());
    CHECK (rig.latest ("conformer-lj-best") == "conformer-lj-epoch-2");
    CHECK (fs::exists (rig.folder.path / "conformer-lj-average"));

    REQUIRE (rig.store.remove ("conformer-lj-epoch-2").ok());
    CHECK (rig.latest ("conformer-lj-best") == "conformer-lj-epoch-3");
    CHECK_FALSE (fs::exists (rig.folder.path / "conformer-lj-average"));
    CHECK (fs::exists (rig.folder.path / "conformer-lj-average@old"));

    REQUIRE (rig.store.remove ("conformer-lj-epoch-3").ok());
    CHECK_FALSE (fs::exists (fs::symlink_status (rig.folder.path / "conformer-lj-best"))); // of an epoch's middle nothing is known
    CHECK (rig.latest ("conformer-lj-best@old") == "conformer-lj-epoch-9@old");
}

TEST_CASE ("an average from before it said what it is made of goes with the best", "[checkpoints]")
{
    const Rig rig;
    rig.add ("conformer-lj-epoch-1", R"({"epoch_complete":true,"history":[{"score":0.2,"val_loss":1.0}]})");
    rig.add ("conformer-lj-epoch-2", R"({"epoch_complete":true,"history":[{"score":0.1,"val_loss":1.0}]})");
    rig.add ("conformer-lj-average");
    rig.pointLatest ("conformer-lj-best", "conformer-lj-epoch-2");
    REQUIRE (rig.store.remove ("conformer-lj-epoch-2").ok());
    CHECK (rig.latest ("conformer-lj-best") == "conformer-lj-epoch-1");
    CHECK_FALSE (fs::exists (rig.folder.path / "conformer-lj-average"));
}
