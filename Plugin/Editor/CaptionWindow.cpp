#include "Plugin/Editor/CaptionWindow.h"

#include "Plugin/Editor/Look.h"
#include "Plugin/Editor/StreamChoices.h"

#include <array>

namespace kikitori::plugin
{

namespace
{
constexpr int leastWidth = 240, leastHeight = 56, mostWidth = 8000, mostHeight = 1200;
constexpr std::array opacities{ 100, 80, 50, 0 }; ///< per cent, to choose from
constexpr int step = 10;                          ///< of a key: pixels, or per cent
} // namespace

juce::Rectangle<int> captionPlace (const juce::String& remembered, const juce::Array<juce::Rectangle<int>>& screens)
{
    const auto kept = juce::Rectangle<int>::fromString (remembered);

    for (const auto& screen : screens)
    {
        const auto seen = screen.getIntersection (kept);
        if (kept.getWidth() >= leastWidth && kept.getHeight() >= leastHeight
            && 2 * seen.getWidth() * seen.getHeight() >= kept.getWidth() * kept.getHeight())
            return kept;
    }

    const auto screen = screens.isEmpty() ? juce::Rectangle<int> (0, 0, 1280, 800) : screens.getFirst();
    const auto width = std::max (leastWidth, screen.getWidth() * 7 / 10);
    return { screen.getCentreX() - width / 2, screen.getBottom() - 190, width, 150 };
}

CaptionWindow::CaptionWindow (const Words& wordsToUse, KikitoriProcessor& processorToUse)
    : words (wordsToUse), processor (processorToUse), view (words)
{
    view.setHint ("1, 2 and 3 choose the number of lines, plus and minus how dark it is, arrow keys move it, with Shift "
                  "they size it, Escape closes it");
    view.setInterceptsMouseClicks (false, false);
    closing.setButtonText (juce::String::fromUTF8 ("×"));
    closing.onClick = [this] { close(); };
    bounds.setSizeLimits (leastWidth, leastHeight, mostWidth, mostHeight);
    bounds.setMinimumOnscreenAmounts (leastHeight, 80, leastHeight / 2, 80);
    border.setBorderThickness (juce::BorderSize<int> (6));

    addAndMakeVisible (view);
    addAndMakeVisible (border);
    addChildComponent (closing);
    setWantsKeyboardFocus (true);
    setMouseCursor (juce::MouseCursor::DraggingHandCursor);
    addMouseListener (this, true); // the border and the button tell, too
    setSize (800, 150);
    takeSettings();
    translate();
}

CaptionWindow::~CaptionWindow() { removeMouseListener (this); }

void CaptionWindow::open()
{
    if (isOnDesktop())
        return toFront (true);

    juce::Array<juce::Rectangle<int>> screens;
    for (const auto& display : juce::Desktop::getInstance().getDisplays().displays)
        screens.add (display.userArea);

    takeSettings();
    setBounds (captionPlace (processor.stream().userSettings().captionPlace, screens));
    setOpaque (false);
    setAlwaysOnTop (true);
    addToDesktop (juce::ComponentPeer::windowAppearsOnTaskbar);
    setVisible (true);
    grabKeyboardFocus();
}

void CaptionWindow::close()
{
    if (! isOnDesktop())
        return;

    rememberPlace();
    setVisible (false);
    removeFromDesktop();
}

void CaptionWindow::translate()
{
    setName ("Kikitori: " + words ("Captions")); // what programs that record windows list
    setTitle (words ("Caption window"));
    view.translate();
    setHelpText (view.getHelpText());
    describe (closing, words ("Close"), words ("Closes the caption window (Escape)"));
}

void CaptionWindow::takeSettings()
{
    const auto user = processor.stream().userSettings();
    view.setLines (user.captionLines);
    view.setOpacity (static_cast<float> (user.captionOpacity) / 100.0f);
}

void CaptionWindow::change (const std::function<void (UserSettings&)>& edit)
{
    auto user = processor.stream().userSettings();
    edit (user);
    processor.stream().setUserSettings (user);
    takeSettings();
}

void CaptionWindow::rememberPlace()
{
    change ([this] (UserSettings& user) { user.captionPlace = getBounds().toString().toStdString(); });
}

void CaptionWindow::moveBy (int right, int down, bool resizes)
{
    auto place = getBounds();

    if (resizes)
        place.setSize (juce::jlimit (leastWidth, mostWidth, place.getWidth() + right),
                       juce::jlimit (leastHeight, mostHeight, place.getHeight() + down));
    else
        place.translate (right, down);

    bounds.setBoundsForComponent (this, place, false, false, resizes, resizes);
    rememberPlace();
}

bool CaptionWindow::keyPressed (const juce::KeyPress& key)
{
    const auto code = key.getKeyCode();
    const auto character = key.getTextCharacter();
    const bool resizes = key.getModifiers().isShiftDown();
    const auto darker = [this] (int by)
    { change ([by] (UserSettings& user) { user.captionOpacity = juce::jlimit (0, 100, user.captionOpacity + by); }); };

    if (code == juce::KeyPress::escapeKey)
        close();
    else if (character >= '1' && character <= '3')
        change ([character] (UserSettings& user) { user.captionLines = static_cast<int> (character - '0'); });
    else if (character == '+' || character == '=')
        darker (step);
    else if (character == '-')
        darker (-step);
    else if (code == juce::KeyPress::leftKey || code == juce::KeyPress::rightKey)
        moveBy (code == juce::KeyPress::leftKey ? -step : step, 0, resizes);
    else if (code == juce::KeyPress::upKey || code == juce::KeyPress::downKey)
        moveBy (0, code == juce::KeyPress::upKey ? -step : step, resizes);
    else if (code == juce::KeyPress::F10Key && resizes) // the menu's key
        showMenu();
    else
        return false;

    return true;
}

void CaptionWindow::showMenu()
{
    const auto user = processor.stream().userSettings();
    juce::PopupMenu menu;
    menu.addSectionHeader (words ("Lines"));

    for (int lines = 1; lines <= 3; ++lines)
        menu.addItem (juce::String (lines), true, lines == user.captionLines,
                      [this, lines] { change ([lines] (UserSettings& edited) { edited.captionLines = lines; }); });

    menu.addSectionHeader (words ("Background"));

    for (const auto opacity : opacities)
        menu.addItem (juce::String (opacity) + " %", true, opacity == user.captionOpacity,
                      [this, opacity] { change ([opacity] (UserSettings& edited) { edited.captionOpacity = opacity; }); });

    menu.addSeparator();
    menu.addItem (words ("Close"), [this] { close(); });
    menu.showMenuAsync (juce::PopupMenu::Options().withMousePosition().withDeletionCheck (*this));
}

void CaptionWindow::mouseEnter (const juce::MouseEvent&) { closing.setVisible (true); }

void CaptionWindow::mouseExit (const juce::MouseEvent&) { closing.setVisible (isMouseOver (true)); }

void CaptionWindow::mouseDown (const juce::MouseEvent& event)
{
    if (event.eventComponent != this)
        return;

    if (event.mods.isPopupMenu())
        showMenu();
    else
        dragger.startDraggingComponent (this, event);
}

void CaptionWindow::mouseDrag (const juce::MouseEvent& event)
{
    if (event.eventComponent == this && ! event.mods.isPopupMenu())
        dragger.dragComponent (this, event, &bounds);
}

void CaptionWindow::mouseUp (const juce::MouseEvent& event)
{
    if (event.eventComponent != &closing && isOnDesktop())
        rememberPlace();
}

void CaptionWindow::resized()
{
    view.setBounds (getLocalBounds());
    border.setBounds (getLocalBounds());
    closing.setBounds (getWidth() - 36, 8, 28, 28);
}

} // namespace kikitori::plugin
