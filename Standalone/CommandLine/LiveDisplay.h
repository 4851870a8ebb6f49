/*  The transcript while it grows: on a terminal the unconfirmed words are a line that rewrites itself, elsewhere
    plain lines.

    Threads: one at a time.
    Failure: none; write errors are the stream's own and are checked when the document is written.
*/
#pragma once

#include <cstdio>
#include <string>

namespace kikitori::commandline
{

class LiveDisplay
{
public:
    enum class Style
    {
        quiet,   ///< shows nothing but trouble
        rewrite, ///< a terminal: one line that is overwritten
        lines    ///< a pipe or file: every growth as a line with its time
    };

    /** rewrite where the stream is a terminal that can, else lines if wanted, else quiet. */
    static Style chooseStyle (std::FILE* stream, bool linesElsewhere);

    LiveDisplay (std::FILE* streamToUse, Style styleToUse);
    ~LiveDisplay(); ///< takes the rewritten line away

    LiveDisplay (const LiveDisplay&) = delete;
    LiveDisplay& operator= (const LiveDisplay&) = delete;

    /** Shows the words of the running segment; seconds is the place in the recording. */
    void showPartial (const std::string& text, double seconds);

    /** Shows what the program waits for ("loading the model, 3 s"), until something else is shown. Where lines stay, it
        is one for each step; trouble is a line on a quiet display, too. */
    void showStatus (const std::string& text, const std::string& step, bool isTrouble);

    /** A line that stays. */
    void printLine (const std::string& text);

    /** Takes the rewritten line away, so that something else can be printed. */
    void clear();

private:
    void rewriteLine (const std::string& text);

    std::FILE* stream;
    const Style style;
    std::string shown;     ///< what the last line says
    std::string shownStep; ///< of the last status
    bool lineIsOpen = false;
};

/** The last part of text that fits `columns`, with an ellipsis before it if something was cut. */
std::string fitToColumns (const std::string& text, int columns);

} // namespace kikitori::commandline
