// Pictures of the window's states in both languages, for people to look at: build/screenshots.
#include "EditorScene.h"
#include "Photograph.h"
#include "Plugin/Editor/CaptionWindow.h"
#include "Plugin/Editor/ModelTable.h"
#include "RestAnswers.h"

using namespace kikitori;
using namespace kikitori::test;

namespace
{

void speak (EditorScene& scene)
{
    scene.backend.sendsWords = false;
    scene.click (scene.processor->stream().settings().language == "ja" ? juce::String::fromUTF8 ("開始") : "Start");
    scene.playAndLook (Milliseconds (300));
    juce::AudioBuffer<float> audio (2, 480);
    juce::MidiBuffer midi;
    for (int block = 0; block < 60; ++block)
    {
        for (int i = 0; i < 480; ++i)
            for (int channel = 0; channel < 2; ++channel)
                audio.setSample (channel, i, 0.35f * std::sin (static_cast<float> (i) * 0.2f));
        scene.processor->processBlock (audio, midi);
        scene.transport->advance (Milliseconds (10));
    }

    scene.say (true, 0, 0.2, 3.1, "the spoken word is written down while it is said");
    scene.say (true, 1, 3.6, 8.9,
               "finals are firm and the words that may still change are light so that one can read along "
               "without being disturbed by what is not settled yet");
    scene.say (true, 2, 9.4, 11.0, "聞き取った言葉がここに現れます");
    scene.say (false, 3, 11.5, 13.0, "and this is the newest partial", 11);
    scene.transport->advance (Milliseconds (20));
    scene.editor->refresh();
}

} // namespace

TEST_CASE ("Screenshots of every page and state in both languages")
{
    for (const juce::String language : { "en", "ja" })
    {
        EditorScene scene (language.toRawUTF8());
        photograph (*scene.editor, "idle-" + language);

        speak (scene);
        photograph (*scene.editor, "live-" + language);

        for (const auto& page : plugin::pageTable())
        {
            scene.editor->showPage (page.id);
            scene.editor->refresh();
            scene.editor->setSize (860, 560);
            photograph (*scene.editor, juce::String (page.id) + "-" + language);
            scene.editor->setSize (640, 470);
            photograph (*scene.editor, juce::String (page.id) + "-small-" + language);
        }

        scene.processor->stream().setNotice (
            Error{ "backend_refused",
                   "The backend at gpu.test:58081 refused the connection (code 1008). Check the address and the token "
                   "under Settings, then press Start again." });
        scene.editor->showPage ("live");
        scene.editor->refresh();
        photograph (*scene.editor, "error-small-" + language);
    }
}

TEST_CASE ("Screenshots of the looks, the captions, the search and the speakers")
{
    EditorScene scene;
    speak (scene);

    auto* search = dynamic_cast<juce::TextEditor*> (scene.find ("Search"));
    search->setText ("the", false);
    search->onTextChange();
    search->onReturnKey();
    scene.editor->refresh();
    photograph (*scene.editor, "search-en");

    for (const auto* look : { "light", "contrast", "dark" })
    {
        auto user = scene.processor->stream().userSettings();
        user.look = look;
        scene.processor->stream().setUserSettings (user);
        const juce::SharedResourcePointer<plugin::Look> worn;
        worn->wear (look);
        scene.editor->refresh();
        photograph (*scene.editor, juce::String ("look-") + look);
        scene.editor->showPage ("settings");
        scene.editor->refresh();
        photograph (*scene.editor, juce::String ("settings-look-") + look);
        scene.editor->showPage ("live");
    }

    scene.click ("Captions");
    photograph (*scene.editor, "captions-en");

    const plugin::Words words;
    plugin::CaptionWindow captionWindow (words, *scene.processor);
    captionWindow.setSize (900, 150);
    photograph (captionWindow, "caption-window-empty");
    captionWindow.show (scene.processor->snapshot().transcript);
    photograph (captionWindow, "caption-window");

    // Two tracks of one session, as rows with speakers.
    plugin::TranscriptView view (words);
    TranscriptStore store;
    const char* said[] = { "shall we begin", "yes, the levels are fine on this side", "then tell me about the tides" };
    for (int i = 0; i < 3; ++i)
    {
        Segment segment;
        segment.id = i;
        segment.startSample = i;
        segment.startSeconds = i * 5.0;
        segment.text = said[i];
        segment.speaker = i % 2 == 0 ? "Ann" : "Ben";
        segment.tokens = { { segment.text.substr (0, segment.text.find (' ')), 0, 1, 0.0, 0.0, 0.3 } };
        store.addFinal (segment);
    }
    view.setSize (520, 200);
    view.show (store.snapshot());
    photograph (view, "speakers-en");
}

TEST_CASE ("Screenshots of a selection, of lost audio and of long Japanese")
{
    for (const juce::String language : { "en", "ja" })
    {
        const juce::ScopedJuceInitialiser_GUI juceIsUp;
        const juce::SharedResourcePointer<plugin::Look> look;
        look->wear ("dark");
        const plugin::Words words (language.toStdString());
        plugin::TranscriptView view (words);
        TranscriptStore store;
        const char* said[] = {
            "the spoken word is written down while it is said",
            "聞き取った言葉がここに現れます。まだ変わるかもしれない言葉は薄い色で表示され、決まった言葉ははっきりと"
            "表示されます。「長い文」でも、行の終わりで切れることはありません。",
            "and so it goes on"
        };
        for (int i = 0; i < 3; ++i)
        {
            Segment segment;
            segment.id = i;
            segment.startSample = i * 6 * 48000;
            segment.startSeconds = i * 6.0;
            segment.endSample = segment.startSample + 4 * 48000;
            segment.text = said[i];
            if (i == 2)
                store.addGap ({ 10 * 48000, 96000 });
            store.addFinal (segment);
        }
        view.setSize (520, 260);
        view.show (store.snapshot());
        const juce::ModifierKeys shift (juce::ModifierKeys::shiftModifier);
        for (int i = 0; i < 4; ++i)
            view.keyPressed (juce::KeyPress (juce::KeyPress::rightKey));
        view.keyPressed (juce::KeyPress (juce::KeyPress::downKey, shift, 0));
        view.keyPressed (juce::KeyPress (juce::KeyPress::downKey, shift, 0));
        photograph (view, "selection-" + language);
    }
}

TEST_CASE ("Screenshots of two takes")
{
    for (const juce::String language : { "en", "ja" })
    {
        EditorScene scene (language.toRawUTF8());
        const plugin::Words words (language.toStdString());
        speak (scene);
        scene.click (words ("Stop"));
        scene.playAndLook (Milliseconds (500));
        speak (scene);
        for (const auto* size : { "", "-small" })
        {
            scene.editor->setSize (*size == 0 ? 860 : 640, *size == 0 ? 560 : 470);
            scene.editor->refresh();
            photograph (*scene.editor, "takes" + juce::String (size) + "-" + language);
        }
    }
}

TEST_CASE ("Screenshots of models, data sets and a training with its charts")
{
    for (const juce::String language : { "en", "ja" })
    {
        EditorScene scene (language.toRawUTF8());
        RestAnswers rest (*scene.transport);
        const auto look = [&]
        {
            for (int i = 0; i < 3; ++i)
            {
                scene.transport->advance (Milliseconds (1000));
                scene.editor->refresh();
                scene.processor->stream().tickTraining (true); // as if the window were on a screen
                rest.serve();
            }
            scene.editor->refresh();
        };
        const auto both = [&] (const juce::String& name)
        {
            scene.editor->setSize (1100, 720);
            scene.editor->refresh();
            photograph (*scene.editor, name + "-" + language);
            scene.editor->setSize (640, 470);
            scene.editor->refresh();
            photograph (*scene.editor, name + "-small-" + language);
        };

        scene.editor->showPage ("models");
        look();
        const plugin::Words words (language.toStdString());
        auto* table =
            dynamic_cast<plugin::ModelTable*> (scene.find (words ("Models and checkpoints"))->getParentComponent());
        table->selectOnly ("conformer-speech-epoch-12");
        both ("models-filled");
        scene.processor->stream().catalog()->download ({ "conformer-speech-epoch-12" }, "/nowhere/models.zip", 1.0e8);
        scene.click (words ("Delete ..."));
        look();
        both ("models-question");

        scene.editor->showPage ("datasets");
        rest.routes["POST /api/dataset/download"] = { 202, "{}" };
        rest.routes["GET /api/dataset/download"] = {
            200, R"({"download":{"dataset_name":"jsut","status":"downloading","done":1,"total":4}})"
        };
        scene.processor->stream().catalog()->fetchDataset ("jsut");
        look();
        both ("datasets-filled");

        rest.routes["POST /api/train/start"] = { 200, "{}" };
        rest.routes["GET /api/status"] = { 200, R"({"is_training":true})" };
        scene.editor->showPage ("training");
        look();
        TrainingOrder order;
        order.model = "conformer";
        order.dataset = "speech";
        scene.processor->stream().startTraining (order);
        look();
        for (int step = 1; step <= 60; ++step)
        {
            const auto loss = 3.0 / (1.0 + 0.05 * step) + 0.04 * ((step * 7) % 5);
            rest.routes["GET /api/progress"] = {
                200,
                R"({"is_training":true,"current_epoch":)" + std::to_string (1 + step / 20)
                    + R"(,"total_epochs":20,"current_step":)" + std::to_string (step * 20)
                    + R"(,"total_steps":8000,"current_loss":)" + std::to_string (loss)
                    + R"(,"current_learning_rate":0.0006,"progress":)" + std::to_string (step / 400.0)
                    + R"(,"eta_seconds":4210,"val_loss":)" + std::to_string (2.6 - 0.4 * (step / 20)) + R"(,"wer":)"
                    + std::to_string (0.8 - 0.1 * (step / 20))
                    + R"(,"latest_logs":["Training conformer on speech","Resumed after epoch 2, step 800","Epoch 3"]})"
            };
            look();
        }
        both ("training-runs");
        scene.click (words ("Charts"));
        both ("training-charts");
    }
}
