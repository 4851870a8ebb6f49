#include "Backend/Storage/ModelStore.h"
#include "Support/Catch.h"
#include "Support/TemporaryFolder.h"

#include <atomic>
#include <fstream>
#include <future>
#include <sstream>
#include <thread>

using namespace kikitori;
using namespace kikitori::backend;

namespace
{
namespace fs = std::filesystem;

class Rig
{
public:
    Rig()
    {
        fs::create_directories (models());
        fs::copy (KIKITORI_FIXTURES "/tiny_model", models() / "conformer", fs::copy_options::recursive);
        fs::copy (KIKITORI_FIXTURES "/tiny_model", checkpoint(), fs::copy_options::recursive);
    }

    fs::path models() const { return folder.path / "models"; }
    fs::path checkpoint() const { return folder.path / "conformer-speech-epoch-7"; }
    fs::path served() const { return folder.path / "served"; }

    const TemporaryFolder folder;
};

ModelStore::Loaded wait (const std::function<void (ModelStore::Callback)>& ask)
{
    std::promise<ModelStore::Loaded> answer;
    auto future = answer.get_future();
    ask ([&answer] (const ModelStore::Loaded& loaded) { answer.set_value (loaded); });
    REQUIRE (future.wait_for (std::chrono::seconds (20)) == std::future_status::ready);
    return future.get();
}

ModelStore::Loaded request (ModelStore& store, const std::string& name)
{
    return wait ([&] (auto callback) { store.request (name, std::move (callback)); });
}

ModelStore::Loaded replace (ModelStore& store, const std::string& name, const fs::path& checkpoint)
{
    return wait ([&] (auto callback) { store.replace (name, checkpoint, std::move (callback)); });
}
} // namespace

TEST_CASE ("a model is loaded once, and a name that is none is refused with the names there are", "[storage]")
{
    const Rig rig;
    ModelStore store (rig.models(), { "conformer" });
    const auto first = request (store, "conformer");
    REQUIRE (first.ok());
    CHECK (request (store, "conformer").value() == first.value());
    const auto unknown = request (store, "../etc");
    REQUIRE_FALSE (unknown.ok());
    CHECK (unknown.error().code == "unknown_model");
    CHECK (unknown.error().message.find ("conformer") != std::string::npos);
}

TEST_CASE ("a better model goes into service without a restart; who has the old one keeps it", "[storage]")
{
    const Rig rig;
    std::shared_ptr<const RecognizerModel> old;
    {
        ModelStore store (rig.models(), { "conformer" }, rig.served());
        old = request (store, "conformer").value();
        const auto replaced = replace (store, "conformer", rig.checkpoint());
        REQUIRE (replaced.ok());
        CHECK (replaced.value() != old);
        CHECK (request (store, "conformer").value() == replaced.value());
        CHECK (RecognizerStream::create (old, {}).ok());
    }

    // After a restart too, though the training has deleted its checkpoint.
    fs::remove_all (rig.checkpoint());
    fs::remove_all (rig.models() / "conformer");
    ModelStore again (rig.models(), { "conformer" }, rig.served());
    CHECK (request (again, "conformer").ok());
}

TEST_CASE ("a broken checkpoint does not take the place of a model that works", "[storage]")
{
    const Rig rig;
    ModelStore store (rig.models(), { "conformer" }, rig.served());
    const auto old = request (store, "conformer").value();
    fs::resize_file (rig.checkpoint() / "model.safetensors", 1000);
    CHECK (replace (store, "conformer", rig.checkpoint()).error().code == "model_broken");
    fs::remove (rig.checkpoint() / "vocab.json");
    CHECK_FALSE (replace (store, "conformer", rig.checkpoint()).ok());
    CHECK_FALSE (replace (store, "other", rig.checkpoint()).ok());
    CHECK (request (store, "conformer").value() == old);
    CHECK_FALSE (fs::exists (rig.served() / "conformer"));
}

TEST_CASE ("a model's file may be cut and rewritten in place while it serves and while it is loaded", "[storage]")
{
    const Rig rig;
    const auto file = rig.models() / "conformer" / "model.safetensors";
    std::stringstream content;
    content << std::ifstream (file, std::ios::binary).rdbuf();
    const auto whole = content.str();
    ModelStore store (rig.models(), { "conformer" });
    auto stream = RecognizerStream::create (request (store, "conformer").value(), {});
    REQUIRE (stream.ok());

    std::atomic<bool> isOver{ false };
    std::thread writer (
        [&]
        {
            for (std::size_t i = 0; ! isOver; ++i)
            {
                std::ofstream (file, std::ios::binary) << whole;
                std::error_code failed;
                fs::resize_file (file, i % 7 * 4096, failed);
            }
        });

    std::vector<RecognizerEvent> events;
    const std::vector<float> silence (4800);

    for (int i = 0; i < 60; ++i)
    {
        stream.value()->push (silence, events);
        ModelStore other (rig.models(), { "conformer" });
        const auto loaded = request (other, "conformer");
        CHECK ((loaded.ok() || loaded.error().code == "model_broken" || loaded.error().code == "file_missing"));
    }

    isOver = true;
    writer.join();
    stream.value()->flush (events);
    std::ofstream (file, std::ios::binary) << whole;
    ModelStore again (rig.models(), { "conformer" });
    CHECK (request (again, "conformer").ok());
}

TEST_CASE ("the installed model comes back, as its folder is now, and broken ones do not", "[storage]")
{
    const Rig rig;
    ModelStore store (rig.models(), { "conformer", "realtime" }, rig.served());
    const auto restore = [&store] (const std::string& name)
    { return wait ([&] (auto callback) { store.restore (name, std::move (callback)); }); };
    const auto replaced = replace (store, "conformer", rig.checkpoint()).value();
    CHECK (store.replacements().at ("conformer").source == "conformer-speech-epoch-7");

    fs::rename (rig.models() / "conformer/vocab.json", rig.models() / "conformer/aside");
    CHECK_FALSE (restore ("conformer").ok());
    CHECK (request (store, "conformer").value() == replaced);

    fs::rename (rig.models() / "conformer/aside", rig.models() / "conformer/vocab.json");
    const auto installed = restore ("conformer");
    REQUIRE (installed.ok());
    CHECK (installed.value() != replaced);
    CHECK (request (store, "conformer").value() == installed.value());
    CHECK (store.replacements().empty());
    CHECK (fs::is_empty (rig.served()));

    // One that stands in for another goes on standing in.
    CHECK (replace (store, "realtime", rig.checkpoint()).ok());
    CHECK (restore ("realtime").value() == installed.value());
    CHECK (restore ("other").error().code == "unknown_model");
}

TEST_CASE ("of a replacement and a model that the user imported, what was put there last serves", "[storage]")
{
    const Rig rig;
    const auto user = rig.folder.path / "data/models";
    fs::create_directories (user);
    fs::copy (KIKITORI_FIXTURES "/tiny_model", user / "conformer", fs::copy_options::recursive);
    const auto hour = std::chrono::hours (1);
    const auto age = [] (const fs::path& model, auto time)
    { fs::last_write_time (model / "config.json", fs::file_time_type::clock::now() - time); };
    const auto isReplaced = [&]
    {
        ModelStore store (rig.models(), { "conformer" }, rig.served());
        store.serveAlso (user);
        return ! store.replacements().empty();
    };
    {
        ModelStore store (rig.models(), { "conformer" }, rig.served());
        REQUIRE (replace (store, "conformer", rig.checkpoint()).ok());
    }

    age (user / "conformer", hour);
    CHECK (isReplaced());
    age (rig.served() / "conformer", 2 * hour);
    CHECK_FALSE (isReplaced());
}

TEST_CASE ("the low-latency model is the large one until a smaller one is there", "[storage]")
{
    const Rig rig;
    {
        ModelStore store (rig.models(), { "conformer", "realtime" });
        CHECK (request (store, "realtime").value() == request (store, "conformer").value());
    }

    fs::copy (rig.checkpoint(), rig.models() / "realtime", fs::copy_options::recursive);
    ModelStore store (rig.models(), { "conformer", "realtime" });
    CHECK (request (store, "realtime").value() != request (store, "conformer").value());
}
