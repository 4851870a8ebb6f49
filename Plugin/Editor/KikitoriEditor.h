/*  The window: Start, the state in words and the level on top, the side bar on the left, and one page. A timer takes a
    snapshot of the processor and gives the views their parts; nothing in here is written to by the engine.

    Threads: message thread.
    Failure: errors stay visible until they are dismissed.
*/
#pragma once

#include "Plugin/Editor/CaptionWindow.h"
#include "Plugin/Editor/ClickedField.h"
#include "Plugin/Editor/ErrorView.h"
#include "Plugin/Editor/LevelView.h"
#include "Plugin/Editor/Look.h"
#include "Plugin/Editor/PageBar.h"
#include "Plugin/Editor/Pages.h"
#include "Plugin/Editor/StatusText.h"

namespace kikitori::plugin
{

class KikitoriEditor final : public juce::AudioProcessorEditor, private PageHost, private juce::Timer
{
public:
    explicit KikitoriEditor (KikitoriProcessor& processor);
    ~KikitoriEditor() override;

    /** For KikitoriProcessor's EditorFactory. */
    static juce::AudioProcessorEditor* create (KikitoriProcessor& processor) { return new KikitoriEditor (processor); }

    /** Takes the present state into the views; the timer does it framesPerSecond times a second. */
    void refresh();

    /** Goes to a page by its name in pageTable(); null, and nothing changes, where there is none by that name. */
    EditorPage* showPage (const juce::String& id) override;

    void paint (juce::Graphics& g) override;
    void resized() override;
    bool keyPressed (const juce::KeyPress& key) override;

private:
    static constexpr int framesPerSecond = 20;
    static constexpr int margin = 12;
    static constexpr int headerHeight = 60;

    void timerCallback() override { refresh(); }
    void languageChanged() override { translate(); }
    void lookChanged() override;
    void showCaptions() override;
    void showCaptionWindow() override;
    void connectCaptions();
    void leaveCaptions();
    void buildAnew();
    void tellFrame();
    void choosePage (int index);
    void translate();
    void showStatus();
    void showErrors();
    void startOrStop();
    void dismissError();

    KikitoriProcessor& kikitori;
    const juce::SharedResourcePointer<Look> look;
    Words words;
    PluginSnapshot shown;
    StatusText status;
    std::optional<Error> dismissed; ///< of the session with this generation
    std::uint64_t dismissedGeneration = 0;

    juce::TextButton start;
    LevelView level{ words };
    LevelAdvice levelAdvice;
    LevelAdvice::Verdict levelVerdict = LevelAdvice::Verdict::fine;
    ErrorView error{ words };
    PageBar bar{ words };
    std::vector<std::unique_ptr<EditorPage>> pages; ///< as pageTable(); null until it is looked at
    int pageShown = -1;
    juce::Rectangle<int> pageArea;
    CaptionView captions{ words };
    std::unique_ptr<CaptionWindow> captionWindow; ///< once it was asked for
    int lookShown = 0;
    juce::TooltipWindow tooltips{ this };
    ClickedField clickedField{ *this };
};

} // namespace kikitori::plugin
