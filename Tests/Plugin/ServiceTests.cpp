// A checkpoint goes into service from the page of models, and the model of a running stream changes.
#include "EditorScene.h"
#include "Plugin/Editor/ModelTable.h"
#include "Plugin/Editor/ShareBar.h"
#include "RestAnswers.h"

using namespace kikitori;
using namespace kikitori::test;

namespace
{

struct ModelsScene : EditorScene
{
    explicit ModelsScene (bool canServe)
    {
        if (canServe)
            rest.routes["GET /api/config"] = {
                200, R"({"available_models":["conformer"],"available_datasets":["speech"],"in_service":{}})"
            };
        editor->showPage ("models");
        look();
    }

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

    void choose (const juce::String& model)
    {
        auto* table = dynamic_cast<plugin::ModelTable*> (find ("Models and checkpoints")->getParentComponent());
        REQUIRE (table != nullptr);
        table->selectOnly (model.toStdString());
    }

    RestAnswers rest{ *transport };
};

} // namespace

TEST_CASE ("Use now puts a checkpoint into service, and the next stream asks for the name it serves under")
{
    ModelsScene scene (true);
    scene.rest.routes["POST /api/models/conformer-jsut-epoch-8/use"] = {
        200, R"({"message":"","model_name":"realtime","source":"conformer-jsut-epoch-8"})"
    };
    scene.choose ("conformer-jsut-epoch-8");
    scene.click ("Use now");
    scene.look();
    CHECK (scene.rest.wasAsked ("POST /api/models/conformer-jsut-epoch-8/use"));
    CHECK (scene.processor->stream().settings().model == "realtime");
}

TEST_CASE ("A backend that cannot do that is not asked, and the page says so")
{
    ModelsScene scene (false);
    scene.choose ("conformer-jsut-epoch-8");
    scene.click ("Use now");
    scene.look();
    CHECK_FALSE (scene.rest.wasAsked ("POST /api/models/conformer-jsut-epoch-8/use"));
    CHECK (scene.processor->stream().settings().model == "conformer");
    const auto says = [&] (const juce::String& text)
    {
        std::function<bool (juce::Component&)> in = [&] (juce::Component& parent)
        {
            for (auto* child : parent.getChildren())
            {
                const auto* label = dynamic_cast<juce::Label*> (child);
                if ((label != nullptr && label->getText().contains (text)) || in (*child))
                    return true;
            }
            return false;
        };
        return in (*scene.editor);
    };
    CHECK (says ("cannot put a checkpoint into service"));
}

TEST_CASE ("Another model chosen while words come takes over in the running stream")
{
    EditorScene scene;
    scene.click ("Start");
    scene.playAndLook (Milliseconds (1000));
    auto settings = scene.processor->stream().settings();
    settings.model = "other";
    scene.processor->stream().setSettings (settings);
    scene.playAndLook (Milliseconds (100));
    CHECK (plugin::statusText (scene.processor->snapshot(), plugin::Words()).detail.contains ("other takes over"));
    scene.playAndLook (Milliseconds (3000));
    CHECK (scene.processor->snapshot().session.model == "other");
    CHECK (scene.processor->snapshot().session.state == LifecycleState::active);
    CHECK_FALSE (scene.processor->snapshot().notice);
}

TEST_CASE ("How long audio waits is counted with the window closed, too")
{
    EditorScene scene;
    scene.editor.reset();
    scene.processor->setTranscribing (true);
    scene.play (Milliseconds (5000));
    std::uint32_t seen = 0;
    const auto histogram = scene.processor->stream().latency();
    for (const auto count : histogram.counts())
        seen += count;
    CHECK (seen >= 3);
    CHECK (seen <= 6);
}

TEST_CASE ("A training's progress is told at once, not run after")
{
    plugin::ShareBar bar;
    bar.show (0.15, true);
    CHECK (bar.share() == 0.15);
    bar.show (7.0, true);
    CHECK (bar.share() == 1.0);
}
