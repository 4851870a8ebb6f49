// The pages besides Live, in the real window with mouse and keys, on a real backend.
#include "Backend/Training/TrainingFixture.h"
#include "Plugin/Editor/DatasetsPage.h"
#include "Plugin/Editor/LineChart.h"
#include "Plugin/Editor/ModelTable.h"
#include "Plugin/Editor/TrainingPage.h"
#include "Plugin/Editor/TranscriptView.h"
#include "WindowPages.h"

using namespace kikitori;
using namespace kikitori::testing;

namespace
{

/** Where JUCE's dialog has the name of the file to be saved: its last text editor, after that of the path. */
juce::TextEditor* fileNameBox (juce::Component& dialog)
{
    auto* browser = firstOf<juce::FileBrowserComponent> (dialog);
    juce::TextEditor* found = nullptr;
    for (auto* child : browser->getChildren())
        if (auto* editor = dynamic_cast<juce::TextEditor*> (child))
            found = editor;
    return found;
}

juce::FileChooserDialogBox* dialog() { return windowOf<juce::FileChooserDialogBox>(); }

/** "Open" or "Choose". */
juce::TextButton* okButton (juce::Component& in)
{
    for (auto* child : in.getChildren())
        if (auto* button = dynamic_cast<juce::TextButton*> (child);
            button != nullptr
            && button->getButtonText() == firstOf<juce::FileBrowserComponent> (*dialog())->getActionVerb())
            return button;
        else if (auto* deeper = okButton (*child))
            return deeper;
    return nullptr;
}

/** The row of a dialog that has so many, and its button. */
void pickFile (User& user, int row, int rows)
{
    REQUIRE (user.sees (
        [rows]
        {
            return dialog() != nullptr && firstOf<juce::FileListComponent> (*dialog()) != nullptr
                   && rowsOf (*firstOf<juce::FileListComponent> (*dialog())) == rows;
        }));
    // The window manager may still be moving a window that is new: who misses clicks again.
    const auto isChosen = [] { return firstOf<juce::FileListComponent> (*dialog())->getNumSelectedRows() == 1; };
    for (int tries = 0; tries < 5 && ! user.onMessageThread (isChosen); ++tries)
    {
        user.clickRow (*firstOf<juce::FileListComponent> (*dialog()), row);
        user.sees (isChosen, 2s);
    }
    REQUIRE (user.onMessageThread (isChosen));
    user.click (user.onMessageThread ([] { return okButton (*dialog())->getScreenBounds().getCentre(); }));
    CHECK (user.sees ([] { return dialog() == nullptr; }));
}

void saveAs (User& user, const std::string& file)
{
    REQUIRE (user.sees ([] { return dialog() != nullptr && firstOf<juce::TextEditor> (*dialog()) != nullptr; }));
    user.click (user.onMessageThread ([] { return fileNameBox (*dialog())->getScreenBounds().getCentre(); }));
    user.press ("ctrl+a");
    user.type (file);
    user.press ("Return");
    user.press ("Return");
    CHECK (user.sees ([] { return dialog() == nullptr; }));
}

} // namespace

TEST_CASE ("Files: chosen in a dialog, transcribed by a real backend, told when they cannot be read, and saved")
{
    const TemporaryFolder folder;
    std::filesystem::copy_file (KIKITORI_FIXTURES "/speech/audio/arctic_a0009_1592748391.opus", folder / "a said.opus");
    std::ofstream (folder / "b broken.wav") << "RIFF no sound in here";
    const auto before = std::filesystem::current_path();
    std::filesystem::current_path (folder.path()); // where the dialog begins
    WindowRig rig;

    rig.play (
        [&] (User& user)
        {
            Pages pages (rig, user);
            const auto choose = [&] (int row)
            {
                user.click ("Add files ...");
                pickFile (user, row, 2);
            };
            const auto transcript = [&]
            {
                auto* view = dynamic_cast<plugin::TranscriptView*> (user.find ("Transcript"));
                return view != nullptr ? view->textToCopy() : juce::String();
            };

            user.click ("Files");
            choose (0);
            CHECK (user.sees ([&] { return transcript().startsWith ("he ") && pages.isEnabled ("Save"); }));
            CHECK (user.sees ([&] { return pages.textOf<juce::Label> ("Times").contains ("in all"); }));
            CHECK (pages.photograph ("window-files"));

            user.click ("Save");
            saveAs (user, folder / "words.txt");
            CHECK (
                user.sees ([&] { return juce::File (folder / "words.txt").loadFileAsString().contains ("he "); }, 10s));

            choose (1);
            CHECK (user.sees (
                [&] { return transcript().isEmpty() && firstOf<plugin::ErrorView> (*rig.editor) != nullptr; }));
        });

    std::filesystem::current_path (before);
}

TEST_CASE ("Models: listed on demand, told in detail, filtered, ordered and taken into use")
{
    WindowRig rig;

    rig.play (
        [&] (User& user)
        {
            Pages pages (rig, user);
            user.click ("Models");
            user.click ("Ask again");
            CHECK (user.sees ([&] { return pages.rows() == 3; }, 120s)); // conformer, conformer-ja, realtime
            CHECK (
                user.sees ([&] { return pages.columnWidth (1) > juce::Font (14.0f).getStringWidth ("conformer-ja"); }));
            CHECK (rig.settings().views.count ("models.columns") == 0); // what fits is no choice of the user's
            REQUIRE (pages.chooseRow ("conformer-ja"));
            CHECK (user.sees ([&] { return pages.details().contains ("Character error rate: tofugu_ja_words"); }));
            CHECK_FALSE (user.onMessageThread ([&] { return pages.isEnabled ("Delete ..."); }));
            CHECK (user.onMessageThread ([&] { return pages.isEnabled ("Train on"); }));
            user.click ("Use now");
            CHECK (user.sees ([&] { return rig.settings().model == "conformer-ja"; }));
            REQUIRE (pages.chooseRow ("conformer\n"));
            CHECK (user.sees (
                [&] { return pages.details().contains ("speechocean762") && pages.details().contains ("CC BY-SA"); }));
            CHECK (pages.photograph ("window-models"));
            user.click ("Use now");
            CHECK (user.sees ([&] { return rig.settings().model == "conformer"; }));

            user.click ("Model"); // the filter: the first of its models
            user.press ("Down");
            user.press ("Return");
            CHECK (user.sees ([&] { return pages.rows() == 1; }));
        });
}

#ifdef KIKITORI_HAS_TRAINER

namespace
{
/** Recordings, each with its text beside it. */
void recordIn (const std::filesystem::path& folder, int count)
{
    const std::filesystem::path fixtures = KIKITORI_FIXTURES "/speech";
    std::filesystem::create_directories (folder);
    std::ifstream in (fixtures / "manifest.jsonl");
    std::string line;
    for (int i = 0; i < count && std::getline (in, line); ++i)
    {
        const auto entry = nlohmann::json::parse (line);
        const auto take = folder / ("take" + std::to_string (i) + ".opus");
        std::filesystem::copy_file (fixtures / entry["audio"].get<std::string>(), take);
        std::ofstream (std::filesystem::path (take).replace_extension (".txt")) << entry["text"].get<std::string>();
    }
}

/** A config.yaml with four recordings as the data set "mine". */
std::string recordingsOfOnesOwn (const std::filesystem::path& folder)
{
    return "available_datasets: [mine]\ndatasets: {mine: " + kikitori::test::writeManifest (folder, 4).string() + "}\n";
}

/** A poll was due and held, and from then on none went out. */
bool noneSentWhileHeld (const std::vector<PollDecision>& polls)
{
    const auto held = std::find_if (polls.begin(), polls.end(),
                                    [] (const auto& poll) { return poll.reason == PollReason::streamActive; });
    return held != polls.end()
           && std::none_of (held, polls.end(), [] (const auto& poll) { return poll.reason == PollReason::sent; });
}
} // namespace

TEST_CASE ("A model is trained from the window on one's own recordings, taken into use, trained on and deleted")
{
    const TemporaryFolder folder;
    recordIn (folder / "mine", 5);
    const auto before = std::filesystem::current_path();
    std::filesystem::current_path (folder.path()); // where the dialog begins
    WindowRig rig;

    rig.play (
        [&] (User& user)
        {
            Pages pages (rig, user);
            const auto train = [&] (const std::string& epochs, const juce::String& button)
            {
                user.typeInto ("Epochs in total", epochs);
                user.click (button);
                CHECK (user.sees ([&] { return pages.trainingState() == "Training runs"; }));
            };
            const auto completes = [&]
            { return user.sees ([&] { return pages.trainingState() == "No training runs (completed)"; }, 180s); };

            user.click ("Data sets");
            user.click ("Add folder ...");
            pickFile (user, 0, 1);
            // A backend is started for it, has jsut and ljspeech to fetch, and measures the folder.
            REQUIRE (user.sees ([&] { return pages.rows() == 3; }, 120s));
            user.clickRow (*pages.list(), 2);
            CHECK (user.sees ([&] { return pages.isEnabled ("Train with it"); }));
            CHECK (user.sees ([&] { return rig.processor->stream().catalog()->view().lists->datasets[2].files == 5; }));
            CHECK (user.sees ([&] { return pages.isEnabled ("Forget folder"); }));
            CHECK (pages.photograph ("window-datasets"));
            user.click ("Train with it");
            CHECK (user.sees ([&] { return pages.textOf<juce::ComboBox> ("Data set") == "mine"; }));
            CHECK (user.sees ([&] { return pages.textOf<juce::ComboBox> ("Go on from") == "the installed model"; }));
            user.click ("Light test run");
            train ("2", "Start training");
            CHECK (completes());
            // It begins with a model that knows English: no training anew gets so far in two epochs.
            CHECK (user.sees ([&] { return rig.processor->stream().training().wordErrorRate.value_or (1.0) < 0.9; }));
            CHECK (user.sees ([&] { return user.find ("Loss") != nullptr; }));
            CHECK (pages.photograph ("window-training"));

            user.click ("Models");
            CHECK (user.sees ([&] { return pages.rows() >= 5; }));
            REQUIRE (pages.chooseRow ("conformer-mine-epoch-2"));
            CHECK (pages.photograph ("window-checkpoint"));
            user.click ("Download ...");
            saveAs (user, folder / "model.zip");
            CHECK (user.sees ([&] { return juce::ZipFile (juce::File (folder / "model.zip")).getNumEntries() > 5; }));
            user.click ("Use now");
            CHECK (user.sees (
                [&] { return pages.details().contains ("In service: streams that ask for conformer get it."); }));
            user.click ("Train on");
            CHECK (user.sees ([&] { return pages.textOf<juce::ComboBox> ("Go on from") == "conformer-mine-epoch-2"; }));
            train ("3", "Resume training");
            CHECK (completes());

            user.click ("Models");
            REQUIRE (user.sees ([&] { return pages.rows() >= 6; }));
            REQUIRE (pages.chooseRow ("conformer-mine-epoch-1"));
            user.click ("Delete ...");
            user.click ("Delete"); // the question's answer
            CHECK (user.sees (
                [&]
                {
                    const auto lists = rig.processor->stream().catalog()->view().lists;
                    return std::none_of (lists->models.begin(), lists->models.end(),
                                         [] (const auto& model) { return model.name == "conformer-mine-epoch-1"; });
                }));
        });

    std::filesystem::current_path (before);
}

TEST_CASE ("While words come, a training's polling is held, and the page shows what is pushed")
{
    const TemporaryFolder folder;
    WindowRig rig (recordingsOfOnesOwn (folder.path()));

    rig.play (
        [&] (User& user)
        {
            Pages pages (rig, user);
            const auto figures = [&]
            {
                const auto view = rig.processor->stream().training();
                return std::pair (view.step, view.isTraining);
            };

            user.click ("Start");
            CHECK (user.sees ([&] { return rig.processor->snapshot().session.state == LifecycleState::active; }, 120s));
            user.click ("Training");
            user.typeInto ("Data set", "mine");
            user.click ("Light test run");
            user.typeInto ("Epochs in total", "100000");
            user.click ("Start training");
            CHECK (user.sees ([&] { return pages.trainingState() == "Training runs" && figures().first > 0; }));
            const auto seen = user.onMessageThread ([&] { return figures().first; });
            CHECK (user.sees ([&] { return figures().first > seen; }));
            CHECK (user.onMessageThread ([&] { return noneSentWhileHeld (rig.processor->stream().training().polls); }));
            CHECK (pages.photograph ("window-training-held"));
            CHECK (user.onMessageThread (
                [&] { return rig.processor->snapshot().session.state == LifecycleState::active; }));
            user.click ("Stop training");
            CHECK (user.sees ([&] { return ! figures().second; }));
        });
}

#endif
