// The pages for files, training, models and data sets, driven as a user does, against REST routes played by the test.
#include "EditorScene.h"
#include "Plugin/Editor/DatasetsPage.h"
#include "Plugin/Editor/FilePage.h"
#include "Plugin/Editor/FileTexts.h"
#include "Plugin/Editor/LineChart.h"
#include "Plugin/Editor/ModelTable.h"
#include "Plugin/Processor/FileQueue.h"
#include "RestAnswers.h"
#include "Support/TemporaryFolder.h"

#include <thread>

using namespace kikitori;
using namespace kikitori::test;

namespace
{

struct PageScene : EditorScene
{
    explicit PageScene (const char* page, const char* language = "en") : EditorScene (language), rest (*transport)
    {
        editor->showPage (page);
        look();
    }

    /** Lets the window look, the backend answer, and the window look again. */
    void look()
    {
        for (int i = 0; i < 3; ++i)
        {
            transport->advance (Milliseconds (1000));
            editor->refresh();
            rest.serve();
        }
        editor->refresh();
    }

    template <typename Control>
    Control& get (const juce::String& title) const
    {
        auto* control = dynamic_cast<Control*> (find (title));
        INFO (title.toStdString());
        REQUIRE (control != nullptr);
        return *control;
    }

    plugin::ModelTable& table() const
    {
        return *dynamic_cast<plugin::ModelTable*> (find ("Models and checkpoints")->getParentComponent());
    }

    RestAnswers rest;
};

} // namespace

TEST_CASE ("The models page lists, filters, sorts and tells all that is known", "[pages]")
{
    PageScene scene ("models");
    auto& list = scene.get<juce::TableListBox> ("Models and checkpoints");
    CHECK (list.getModel()->getNumRows() == 5);
    CHECK (scene.get<juce::ComboBox> ("Model").getNumItems() == 3); // all, and two

    auto& filter = scene.get<juce::ComboBox> ("Data set");
    for (int i = 0; i < filter.getNumItems(); ++i)
        if (filter.getItemText (i) == "jsut")
            filter.setSelectedItemIndex (i, juce::sendNotificationSync);
    CHECK (list.getModel()->getNumRows() == 1);
    filter.setSelectedItemIndex (0, juce::sendNotificationSync);

    scene.table().selectOnly ("conformer-speech-epoch-12");
    const auto details = scene.get<juce::TextEditor> ("Details").getText();
    for (const auto* fact : { "conformer-speech-epoch-12", "96 MB", "learning_rate: 0.0008", "2 h 15 min",
                              "Validation loss", "model.safetensors" })
    {
        INFO (fact);
        CHECK (details.contains (fact));
    }

    scene.table().selectOnly ("parakeet-small");
    const auto card = scene.get<juce::TextEditor> ("Details").getText();
    CHECK (card.contains ("CC-BY-4.0"));
    CHECK (card.contains ("1120 ms"));
    CHECK (card.contains ("test-clean 3.7 %"));
    scene.click ("Use now");
    CHECK (scene.processor->stream().settings().model == "parakeet-small");
}

TEST_CASE ("A checkpoint is deleted only after the question, and trained on from the training page", "[pages]")
{
    PageScene scene ("models");
    scene.table().selectOnly ("conformer-jsut-epoch-8");
    scene.click ("Delete ...");
    scene.click ("Keep");
    scene.look();
    CHECK_FALSE (scene.rest.wasAsked ("DELETE /api/models/conformer-jsut-epoch-8"));

    scene.rest.routes["DELETE /api/models/conformer-jsut-epoch-8"] = { 409, R"({"detail":"used by the training"})" };
    scene.click ("Delete ...");
    scene.click ("Delete");
    scene.look();
    CHECK (scene.rest.wasAsked ("DELETE /api/models/conformer-jsut-epoch-8"));
    CHECK (scene.find ("Take off") != nullptr); // the refusal stays until it was read
    scene.click ("Take off");
    scene.look();
    CHECK (scene.find ("Take off") == nullptr);

    scene.table().selectOnly ("conformer-jsut-epoch-8");
    scene.click ("Train on");
    scene.look();
    CHECK (scene.get<juce::ComboBox> ("Data set").getText() == "jsut");
    CHECK (scene.get<juce::ComboBox> ("Go on from").getText() == "conformer-jsut-epoch-8");
}

TEST_CASE ("No list is asked while a stream lives; the page says so, and the button asks all the same", "[pages]")
{
    EditorScene scene;
    RestAnswers rest (*scene.transport);
    scene.click ("Start");
    scene.playAndLook (Milliseconds (300));
    scene.editor->showPage ("models");
    for (int i = 0; i < 20; ++i)
        scene.playAndLook (Milliseconds (1000));
    rest.serve();
    CHECK_FALSE (rest.wasAsked ("GET /api/models"));
    scene.click ("Ask again");
    scene.playAndLook (Milliseconds (100));
    rest.serve();
    CHECK (rest.wasAsked ("GET /api/models"));
}

TEST_CASE ("A training is ordered with everything the form holds", "[pages]")
{
    PageScene scene ("training");
    scene.rest.routes["POST /api/train/start"] = { 200, R"({"message":"Training started in background."})" };
    scene.rest.routes["POST /api/train/resume"] = { 404, R"({"detail":"No checkpoint to resume from."})" };
    CHECK (scene.get<juce::ComboBox> ("Epochs in total").getText() == "20"); // the backend's own
    scene.get<juce::ComboBox> ("Batch size").setText ("8", juce::sendNotificationSync);
    scene.get<juce::ComboBox> ("Sample limit").setText ("100", juce::sendNotificationSync);
    scene.get<juce::ToggleButton> ("Light test run").setToggleState (true, juce::sendNotificationSync);

    scene.click ("Resume training");
    scene.look();
    CHECK (scene.find ("Dismiss") != nullptr);
    scene.click ("Dismiss");
    scene.click ("Start training");
    scene.look();
    REQUIRE (scene.rest.wasAsked ("POST /api/train/start"));
    const auto at = std::find (scene.rest.asked.begin(), scene.rest.asked.end(), "POST /api/train/start");
    const auto body = scene.rest.bodies[static_cast<std::size_t> (at - scene.rest.asked.begin())];
    for (const auto* part : { R"("epochs":20)", R"("batch_size":8)", R"("limit_samples":100)", R"("lightweight":true)",
                              R"("model_name":"conformer")", R"("dataset_name":"speech")" })
    {
        INFO (part);
        CHECK (body.find (part) != std::string::npos);
    }
}

TEST_CASE ("A first training begins with the installed model, a later one with the newest checkpoint", "[pages]")
{
    PageScene scene ("training");
    scene.rest.routes["POST /api/train/start"] = { 200, R"({"message":"Training started in background."})" };
    auto& from = scene.get<juce::ComboBox> ("Go on from");
    auto& dataset = scene.get<juce::ComboBox> ("Data set");
    CHECK (dataset.getText() == "speech"); // of which there are checkpoints
    CHECK (from.getText() == "the newest checkpoint");
    dataset.setText ("mine", juce::sendNotificationSync); // of which there are none
    CHECK (from.getText() == "the installed model");
    scene.get<juce::ComboBox> ("Model").setText ("parakeet-small", juce::sendNotificationSync); // imported
    CHECK (from.getText() == "the newest checkpoint");
    scene.get<juce::ComboBox> ("Model").setText ("conformer", juce::sendNotificationSync);
    CHECK (from.getText() == "the installed model");

    scene.click ("Start training");
    scene.look();
    REQUIRE (scene.rest.wasAsked ("POST /api/train/start"));
    CHECK (scene.rest.bodies.back().find (R"("initialise_from":"conformer")") != std::string::npos);
    CHECK (scene.rest.bodies.back().find (R"("resume_from_checkpoint":false)") != std::string::npos);
}

TEST_CASE ("The charts zoom, and tell their values to the mouse and the keys", "[pages]")
{
    const juce::ScopedJuceInitialiser_GUI juceIsUp;
    const plugin::Words words;
    plugin::LineChart chart (words);
    chart.setSize (400, 200);
    plugin::ChartSeries line;
    line.name = "training";
    for (int i = 0; i <= 100; ++i)
        line.points.emplace_back (i, 100.0 - i);
    chart.show ({ line }, false, "empty");
    CHECK (chart.visibleX().getLength() == Approx (100.0));
    CHECK (chart.valuesAt (40.2).contains ("60.0"));

    CHECK (chart.keyPressed (juce::KeyPress ('+', 0, '+')));
    CHECK (chart.visibleX().getLength() == Approx (100.0 / 1.5));
    const auto start = chart.visibleX().getStart();
    CHECK (chart.keyPressed (juce::KeyPress (juce::KeyPress::rightKey)));
    CHECK (chart.visibleX().getStart() > start);
    CHECK (chart.keyPressed (juce::KeyPress ('0', 0, '0')));
    CHECK (chart.visibleX().getLength() == Approx (100.0));
    CHECK (plugin::roundTicks ({ 0.0, 1.0 }, 5) == std::vector<double>{ 0.0, 0.2, 0.4, 0.6000000000000001, 0.8, 1.0 });
    CHECK (plugin::roundTicks ({ 0.0, 3.0 }, 9, 1.0) == std::vector<double>{ 0.0, 1.0, 2.0, 3.0 });
    CHECK (plugin::roundTicks ({ 3.0, 3.0 }, 5) == std::vector<double>{ 3.0 });
}

TEST_CASE ("A data set is fetched with progress, and can be trained with once it is there", "[pages]")
{
    PageScene scene ("datasets");
    auto& list = scene.get<juce::TableListBox> ("Data sets");
    REQUIRE (list.getModel()->getNumRows() == 2);
    list.selectRow (1);
    scene.rest.routes["POST /api/dataset/download"] = { 202, R"({"message":"started"})" };
    scene.rest.routes["GET /api/dataset/download"] = {
        200, R"({"download":{"dataset_name":"jsut","status":"downloading","done":1,"total":4}})"
    };
    scene.click ("Download");
    scene.look();
    scene.look();
    const auto tasks = scene.processor->stream().catalog()->view().tasks;
    REQUIRE (tasks.size() == 1);
    CHECK (tasks[0].total == 4.0);
    scene.rest.routes["DELETE /api/dataset/download"] = { 200, R"({"message":"cancelled"})" };
    scene.click ("Cancel");
    scene.look();
    CHECK (scene.rest.wasAsked ("DELETE /api/dataset/download"));

    list.selectRow (0);
    scene.click ("Train with it");
    CHECK (scene.get<juce::ComboBox> ("Data set").getText() == "speech");
}

TEST_CASE ("A folder of one's own recordings is added, measured and forgotten; not on another machine", "[pages]")
{
    PageScene scene ("datasets");
    auto* page = dynamic_cast<plugin::DatasetsPage*> (scene.find ("Data sets")->getParentComponent());
    REQUIRE (page != nullptr);
    scene.rest.routes["POST /api/datasets"] = { 202, R"({"dataset_name":"mine","path":"/home/ann/mine"})" };
    scene.rest.routes["GET /api/dataset/download"] = {
        200, R"({"download":{"dataset_name":"mine","status":"indexing","done":1,"total":2}})"
    };
    scene.rest.routes["GET /api/datasets"] = {
        200, R"({"datasets":[{"name":"mine","status":"downloaded","path":"/home/ann/mine","own":true},
                             {"name":"speech","status":"downloaded","path":"/data/speech"}]})"
    };
    CHECK (scene.find ("Add folder ...")->isEnabled());
    page->addFolder (juce::File ("/home/ann/mine"));
    scene.look();
    scene.look();
    auto tasks = scene.processor->stream().catalog()->view().tasks;
    REQUIRE (tasks.size() == 1);
    CHECK (tasks[0].title == "mine");
    CHECK (tasks[0].total == 2.0);
    scene.rest.routes["GET /api/dataset/download"] = {
        200, R"({"download":{"dataset_name":"mine","status":"done","done":2,"total":2}})"
    };
    scene.look();
    scene.look();
    auto& list = scene.get<juce::TableListBox> ("Data sets");
    list.selectRow (1);
    CHECK_FALSE (scene.find ("Forget folder")->isEnabled()); // config.yaml's
    list.selectRow (0);
    scene.rest.routes["DELETE /api/datasets/mine"] = { 409, R"({"detail":"it is being measured"})" };
    scene.click ("Forget folder");
    scene.look();
    tasks = scene.processor->stream().catalog()->view().tasks;
    REQUIRE (tasks.back().error);
    CHECK (tasks.back().error->message.find ("it is being measured") != std::string::npos);

    auto settings = scene.processor->stream().settings();
    settings.address = "http://127.0.0.1:9";
    scene.processor->stream().setSettings (settings);
    scene.look();
    CHECK_FALSE (scene.find ("Add folder ...")->isEnabled());
}

TEST_CASE ("Files are transcribed one after the other, told when they cannot be read, and saved in any format",
           "[pages]")
{
    const TemporaryFolder folder;
    PageScene scene ("files");
    const juce::File audio (juce::String (KIKITORI_FIXTURES) + "/audio/tone.wav");
    auto* page = dynamic_cast<plugin::FilePage*> (scene.find ("Files")->getParentComponent());
    REQUIRE (page != nullptr);
    page->filesDropped ({ audio.getFullPathName(), folder.write ("broken.wav", "no audio").string() }, 0, 0);
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds (20);
    auto* files = scene.processor->stream().files();
    REQUIRE (files != nullptr);

    while (files->jobs().size() < 2 || ! files->jobs()[1].hasEnded())
    {
        REQUIRE (std::chrono::steady_clock::now() < deadline);
        scene.transport->advance (Milliseconds (10));
        std::this_thread::yield();
    }

    scene.editor->refresh();
    const auto jobs = files->jobs();
    CHECK (jobs[0].state == FileJob::State::done);
    CHECK (jobs[0].times.inference);
    CHECK (jobs[0].times.total >= jobs[0].times.inference);
    CHECK (jobs[1].state == FileJob::State::failed);
    CHECK (jobs[1].error->code == "unreadable_audio");

    scene.get<juce::ComboBox> ("Format").setText ("srt", juce::sendNotificationSync);
    REQUIRE (page->saveAll (juce::File (folder.path.string())));
    CHECK (juce::File (folder.path.string()).getChildFile ("tone.srt").existsAsFile());
    scene.get<juce::ListBox> ("Files").selectRow (1);
    scene.click ("Dismiss"); // the message goes, the file stays
    CHECK (scene.find ("Dismiss") == nullptr);
    CHECK (files->jobs().size() == 2);
    scene.click ("Take off");
    scene.editor->refresh();
    CHECK (files->jobs().size() == 1);
}

TEST_CASE ("Files: names that contain a colon can be picked", "[pages]")
{
    const TemporaryFolder folder;
    std::filesystem::create_directories (folder.path / "take:");
    for (const char* name : { "12:30:05 talk.wav", "a.wav", "b", "c:b", "take:/d.wav", "e:a.wav", ":.wav" })
        folder.write (name, "audio");
    const juce::File directory (folder.path.string());

    /** As JUCE hands over zenity's answer. */
    const auto picked = [&directory] (const std::vector<const char*>& names)
    {
        juce::StringArray paths, pieces;
        for (const auto* name : names)
            paths.add (directory.getChildFile (name).getFullPathName());
        pieces.addTokens (paths.joinIntoString (":"), ":", "\"");
        juce::Array<juce::File> files;
        for (const auto& piece : pieces)
            files.add (directory.getChildFile (piece));
        return std::pair{ plugin::pickedPaths (files, directory), paths };
    };

    for (const auto& names : { std::vector{ "a.wav" }, { "12:30:05 talk.wav" }, { "a.wav", "b" }, { "c:b", "a.wav" },
                               { "take:/d.wav" }, { "a.wav", "take:/d.wav", "12:30:05 talk.wav" }, { ":.wav", "c:b" } })
    {
        const auto [found, wanted] = picked (names);
        INFO (wanted.joinIntoString (" ").toStdString());
        CHECK (found == wanted);
    }
    const auto [found, wanted] = picked ({ "gone.wav", "a.wav" });
    CHECK (found == wanted); // that it cannot be read is told later
}

TEST_CASE ("Files: a track and a channel are chosen where there are several, and a silent one is told", "[pages]")
{
    PageScene scene ("files");
    auto* page = dynamic_cast<plugin::FilePage*> (scene.find ("Files")->getParentComponent());
    REQUIRE (page != nullptr);
    page->filesDropped ({ KIKITORI_FIXTURES "/audio/streams/two_tracks.mkv", KIKITORI_FIXTURES "/audio/tone.wav" },
                        0, 0);
    auto* files = scene.processor->stream().files();
    REQUIRE (files != nullptr);
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds (20);
    const auto untilEnded = [&]
    {
        while (! files->jobs()[0].hasEnded() || ! files->jobs()[1].hasEnded())
        {
            REQUIRE (std::chrono::steady_clock::now() < deadline);
            scene.transport->advance (Milliseconds (10));
            std::this_thread::yield();
        }
        scene.editor->refresh();
    };

    untilEnded();
    auto& list = scene.get<juce::ListBox> ("Files");
    list.selectRow (0);
    CHECK (scene.get<juce::Label> ("Times").getText().startsWith (
        "Track 1 (eng) is silent. Choose track 2 (Guest), which has sound."));
    CHECK (scene.find ("Channel") == nullptr); // both are mono
    auto& tracks = scene.get<juce::ComboBox> ("Track");
    CHECK (tracks.getText() == "1 (eng)");
    tracks.setSelectedItemIndex (1, juce::sendNotificationSync);
    CHECK (files->jobs()[0].choice == AudioChoice{ 2, {} });
    untilEnded();
    CHECK (files->jobs()[0].track == 2);
    CHECK (tracks.getText() == "2 (Guest)");
    CHECK_FALSE (scene.get<juce::Label> ("Times").getText().contains ("silent"));

    list.selectRow (1);
    CHECK (scene.find ("Track") == nullptr);
    auto& channels = scene.get<juce::ComboBox> ("Channel");
    CHECK (channels.getText() == "Mix");
    CHECK (channels.getNumItems() == 3);
    channels.setSelectedItemIndex (2, juce::sendNotificationSync);
    CHECK (files->jobs()[1].choice == AudioChoice{ 0, { ChannelChoice::Kind::numbered, 1 } });
    untilEnded();
    CHECK (channels.getText() == "2");
    CHECK (files->jobs()[1].state == FileJob::State::done);
}

TEST_CASE ("Files: a transcript never takes the place of a recording", "[pages]")
{
    const TemporaryFolder folder;
    PageScene scene ("files");
    const auto tone = juce::File (juce::String (KIKITORI_FIXTURES) + "/audio/tone.wav");
    const auto recording = juce::File ((folder.path / "talk.txt").string());
    REQUIRE (tone.copyFileTo (recording));
    std::filesystem::create_symlink (folder.path / "talk.txt", folder.path / "notes.srt");
    auto* page = dynamic_cast<plugin::FilePage*> (scene.find ("Files")->getParentComponent());
    page->filesDropped ({ recording.getFullPathName() }, 0, 0);
    scene.editor->refresh();
    Segment segment;
    segment.text = "the boy grew";
    TranscriptSnapshot transcript;
    transcript.finals.push_back (segment);

    for (const char* name : { "talk.txt", "notes.srt" })
    {
        const auto saved = page->saveTo (juce::File ((folder.path / name).string()), transcript);
        REQUIRE_FALSE (saved.ok());
        CHECK (saved.error().code == "same_file");
    }
    CHECK (recording.hasIdenticalContentTo (tone));
    CHECK (page->saveTo (juce::File ((folder.path / "words.txt").string()), transcript).ok());
}

TEST_CASE ("Files: the list of the last run is there again and can be resumed", "[pages]")
{
    const auto tone = juce::File (juce::String (KIKITORI_FIXTURES) + "/audio/tone.wav");
    PageScene scene ("live");
    {
        plugin::FileQueue earlier (scene.dataFolder.path / "files");
        earlier.load();
        FileJob job;
        job.path = tone.getFullPathName().toStdString();
        job.state = FileJob::State::running;
        earlier.store ({ job });
    }

    scene.editor->showPage ("files");
    auto* files = scene.processor->stream().files();
    REQUIRE (files != nullptr);
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds (20);
    const auto until = [&] (auto condition)
    {
        while (! condition())
        {
            REQUIRE (std::chrono::steady_clock::now() < deadline);
            scene.transport->advance (Milliseconds (10));
            std::this_thread::yield();
        }
        scene.editor->refresh();
    };

    until ([&] { return files->jobs().size() == 1; });
    CHECK (files->jobs()[0].state == FileJob::State::interrupted);
    CHECK (scene.backend.starts == 0);
    scene.click ("Resume");
    until ([&] { return files->jobs()[0].state == FileJob::State::done; });
    CHECK (scene.find ("Resume") == nullptr);
}
