/*  A paragraph broken into lines that knows where each of its characters lies, for text that is read and selected.
    juce::TextLayout breaks at spaces only, and Japanese has none.

    Threads: message thread.
    Failure: none. A width below one character gives one character a line.
*/
#pragma once

#include <juce_gui_basics/juce_gui_basics.h>
#include <utility>
#include <vector>

namespace kikitori::plugin
{

class WrappedText
{
public:
    struct Piece
    {
        juce::String text;
        juce::Colour colour;
    };

    /** All in one font; lineHeight and width in pixels. */
    WrappedText (const std::vector<Piece>& pieces, const juce::Font& font, float lineHeight, float width);

    const juce::String& text() const noexcept { return whole; }
    int lines() const noexcept { return static_cast<int> (lineStarts.size()) - 1; }
    /** Characters of a line, the space at its end included. */
    juce::Range<int> line (int index) const;
    float height() const noexcept { return lineHeight * static_cast<float> (lines()); }

    /** The line that a place between two characters (0 .. length) lies on; at a break it is the start of the next. */
    int lineOf (int place) const;
    /** From the left edge, of a place between two characters on this line. */
    float xOf (int place, int onLine) const;
    /** The place between two characters that is next to a point. */
    int placeAt (juce::Point<float> point) const;

    /** The character that lies under a point, or is next to it; 0 without text. */
    int characterAt (juce::Point<float> point) const;

    /** Rectangles that hold these characters, one a line. */
    std::vector<juce::Rectangle<float>> areasOf (juce::Range<int> characters) const;

    void draw (juce::Graphics& g, juce::Point<float> topLeft) const;

private:
    void measure (const juce::Font& font);
    void breakLines (float width);
    void arrange (const std::vector<Piece>& pieces, const juce::Font& font);

    juce::String whole;
    std::vector<juce::juce_wchar> characters;
    float lineHeight;
    std::vector<float> offsets;  ///< of each place between characters, all on one endless line
    std::vector<int> lineStarts; ///< and the end
    std::vector<std::pair<juce::GlyphArrangement, juce::Colour>> runs;
};

/** May a line end between these two? After spaces, and between Japanese characters but for those that JIS X 4051 keeps
    from the start or the end of a line. */
bool mayBreakBetween (juce::juce_wchar before, juce::juce_wchar after);

/** The word around a place between two characters; Japanese characters of one script are a word. */
juce::Range<int> wordAround (const juce::String& text, int place);

} // namespace kikitori::plugin
