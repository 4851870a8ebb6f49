#include "Plugin/Editor/DiagnosticsPage.h"

#include "Plugin/Editor/Look.h"
#include "Plugin/Editor/StreamChoices.h"
#include "Plugin/Processor/LogTail.h"

#include <algorithm>

namespace kikitori::plugin
{

namespace
{
constexpr int buttonHeight = 30;
const juce::RelativeTime reportInterval = juce::RelativeTime::seconds (1.0);
} // namespace

DiagnosticsPage::DiagnosticsPage (const PageTools& tools) : words (tools.words), processor (tools.processor)
{
    report.setMultiLine (true, false);
    report.setReadOnly (true);
    report.setCaretVisible (false);
    report.setScrollbarsShown (true);
    report.setFont (juce::Font (juce::Font::getDefaultMonospacedFontName(), 13.0f, juce::Font::plain));
    report.setColour (juce::TextEditor::textColourId, colours::text);
    copy.onClick = [this] { juce::SystemClipboard::copyTextToClipboard (makeReport()); };
    pause.setClickingTogglesState (true);
    pause.onClick = [this]
    {
        isPaused = pause.getToggleState();
        translate();
    };

    for (auto* child : std::initializer_list<juce::Component*>{ &report, &copy, &pause })
        addAndMakeVisible (child);
}

void DiagnosticsPage::translate()
{
    report.setTitle (words ("Diagnostics"));
    copy.setButtonText (words ("Copy report"));
    describe (copy, words ("Copy report"),
              words ("Copies all of this as text; no transcript, no audio and no token are in it"));
    pause.setButtonText (words (isPaused ? "Go on" : "Hold"));
    describe (pause, pause.getButtonText(), words ("Holds the text still, to be read or selected"));
    resized();
    repaint();
}

juce::String DiagnosticsPage::makeReport() const
{
    auto& stream = processor.stream();
    auto* catalog = stream.catalog();
    return diagnosticsReport ({ shown, stream.settings(), stream.training(), stream.latency(), logtail::lines(),
                                catalog != nullptr ? catalog->view().lists->backendVersion : std::string(),
                                stream.networkTime() });
}

void DiagnosticsPage::refresh (const PluginSnapshot& snapshot)
{
    const auto now = juce::Time::getCurrentTime();

    if (now - reported < reportInterval)
        return;

    reported = now;
    shown = snapshot;

    if (auto* catalog = processor.stream().catalog())
        catalog->tick (true); // the backend's version, by the poll gate
    repaint (0, 0, getWidth(), figuresHeight);

    if (isPaused || ! report.getHighlightedRegion().isEmpty())
        return;

    // A text that is set anew jumps to its start: only the part in view matters to who reads.
    if (auto* scroller = dynamic_cast<juce::Viewport*> (report.getChildComponent (0)))
    {
        const auto place = scroller->getViewPosition();
        report.setText (makeReport(), false);
        scroller->setViewPosition (place);
    }
    else
        report.setText (makeReport(), false);
}

void DiagnosticsPage::paint (juce::Graphics& g)
{
    auto area = getLocalBounds().removeFromTop (figuresHeight).withTrimmedBottom (8);
    const auto half = (area.getWidth() - 12) / 2;
    paintStages (g, area.removeFromLeft (half));
    area.removeFromLeft (12);
    paintLatency (g, area);
}

/** How far the audio has come, stage by stage, in seconds. */
void DiagnosticsPage::paintStages (juce::Graphics& g, juce::Rectangle<int> area) const
{
    g.setColour (colours::panel);
    g.fillRoundedRectangle (area.toFloat(), 5.0f);
    area.reduce (10, 6);
    const auto& counters = shown.session.counters;
    const auto ofHost = [&] (std::uint64_t samples) { return static_cast<double> (samples) / counters.hostRate; };
    const auto ofStream = [] (std::uint64_t samples)
    { return static_cast<double> (samples) / SessionCounters::streamRate; };
    const std::pair<const char*, double> stages[]{ { "captured", ofHost (counters.captured) },
                                                   { "ringed", ofHost (counters.ringed) },
                                                   { "sent", ofStream (counters.sent) },
                                                   { "acknowledged", ofStream (counters.acknowledged) },
                                                   { "dropped", counters.lostSeconds() } };
    const auto height = area.getHeight() / 5;
    g.setFont (Look::font (12.0f));

    for (const auto& [name, seconds] : stages)
    {
        const auto row = area.removeFromTop (height);
        const bool isBad = &seconds == &stages[4].second && seconds > 0.0;
        g.setColour (colours::faint);
        g.drawFittedText (words (name), row.withWidth (row.getWidth() / 2), juce::Justification::centredLeft, 1, 1.0f);
        g.setColour (isBad ? colours::bad : colours::text);
        g.drawFittedText (words ("%1 s", juce::String (seconds, seconds > 0.0 && seconds < 0.1 ? 2 : 1)), row.withTrimmedLeft (row.getWidth() / 2),
                          juce::Justification::centredRight, 1, 0.8f);
    }
}

void DiagnosticsPage::paintLatency (juce::Graphics& g, juce::Rectangle<int> area) const
{
    g.setColour (colours::panel);
    g.fillRoundedRectangle (area.toFloat(), 5.0f);
    area.reduce (10, 6);
    g.setFont (Look::font (12.0f));
    g.setColour (colours::faint);
    g.drawFittedText (words ("Audio not yet understood, in seconds"), area.removeFromTop (16),
                      juce::Justification::centredLeft, 1, 0.9f);

    const auto counts = processor.stream().latency().counts();
    const auto most = std::max<std::uint32_t> (1, *std::max_element (counts.begin(), counts.end()));
    const auto labels = area.removeFromBottom (14);
    const auto width = static_cast<float> (area.getWidth()) / static_cast<float> (counts.size());

    for (std::size_t i = 0; i < counts.size(); ++i)
    {
        const auto x = static_cast<float> (area.getX()) + width * static_cast<float> (i);
        const auto height = static_cast<float> (area.getHeight()) * static_cast<float> (counts[i])
                            / static_cast<float> (most);
        g.setColour (i < 5 ? colours::good : colours::warning);
        g.fillRect (x + 1.0f, static_cast<float> (area.getBottom()) - std::max (1.0f, height), width - 2.0f,
                    std::max (1.0f, height));
        g.setColour (colours::faint);
        g.setFont (Look::font (10.0f));

        if (i < LatencyHistogram::bounds.size())
            g.drawText (juce::String (LatencyHistogram::bounds[i] / 1000.0, 1),
                        juce::Rectangle<float> (x + width - 15.0f, static_cast<float> (labels.getY()), 30.0f, 14.0f),
                        juce::Justification::centred, false);
    }
}

void DiagnosticsPage::resized()
{
    auto area = getLocalBounds();
    area.removeFromTop (figuresHeight);
    auto buttons = area.removeFromBottom (buttonHeight);
    const auto widthOf = [] (const juce::TextButton& button)
    { return Look::font (14.0f).getStringWidth (button.getButtonText()) + 26; };
    copy.setBounds (buttons.removeFromLeft (widthOf (copy)));
    buttons.removeFromLeft (6);
    pause.setBounds (buttons.removeFromLeft (std::max (70, widthOf (pause))));
    area.removeFromBottom (8);
    report.setBounds (area);
}

} // namespace kikitori::plugin
