#include "Standalone/CommandLine/LiveDisplay.h"

#include "Core/TextBreaks.h"
#include "Export/TimedLine.h"
#include "Export/Utf8.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <sys/ioctl.h>
#include <unistd.h>

namespace kikitori::commandline
{

namespace
{

int columnsOf (std::FILE* stream)
{
    constexpr int usual = 80;
    winsize size{};
    return ::ioctl (::fileno (stream), TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : usual;
}

} // namespace

LiveDisplay::Style LiveDisplay::chooseStyle (std::FILE* stream, bool linesElsewhere)
{
    const char* terminal = std::getenv ("TERM");
    const bool dumb = terminal == nullptr || std::strcmp (terminal, "dumb") == 0;
    if (::isatty (::fileno (stream)) != 0 && ! dumb)
        return Style::rewrite;
    return linesElsewhere ? Style::lines : Style::quiet;
}

LiveDisplay::LiveDisplay (std::FILE* streamToUse, Style styleToUse) : stream (streamToUse), style (styleToUse) {}

LiveDisplay::~LiveDisplay() { clear(); }

void LiveDisplay::showPartial (const std::string& text, double seconds)
{
    const std::string clean = cleanText (text);
    if (clean == shown)
        return;
    shown = clean;

    if (style == Style::rewrite)
        rewriteLine (clean);
    else if (style == Style::lines && ! clean.empty())
        std::fprintf (stream, "%7.2f s  %s\n", seconds, clean.c_str());
    std::fflush (stream);
}

void LiveDisplay::showStatus (const std::string& text, const std::string& step, bool isTrouble)
{
    if (text == shown || (style != Style::rewrite && step == shownStep))
        return;
    shown = text;
    shownStep = step;

    if (style == Style::rewrite)
        rewriteLine (text);
    else if (style == Style::lines || isTrouble)
        std::fprintf (stream, "           (%s)\n", text.c_str());
    std::fflush (stream);
}

void LiveDisplay::printLine (const std::string& text)
{
    clear();
    if (style != Style::quiet)
        std::fprintf (stream, "%s\n", text.c_str());
    std::fflush (stream);
}

void LiveDisplay::clear()
{
    if (lineIsOpen)
        std::fputs ("\r\x1b[K", stream);
    lineIsOpen = false;
    shown.clear();
    std::fflush (stream);
}

void LiveDisplay::rewriteLine (const std::string& text)
{
    // One column stays free: some terminals wrap as soon as the last one is written.
    std::fprintf (stream, "\r\x1b[K%s", fitToColumns (text, columnsOf (stream) - 1).c_str());
    lineIsOpen = true;
}

std::string fitToColumns (const std::string& text, int columns)
{
    if (displayWidth (text) <= columns)
        return text;

    const auto starts = characterStarts (text);
    auto first = text.size();
    for (auto at = text.size(); at-- > 0;)
    {
        if (! starts[at])
            continue;
        if (1 + displayWidth (std::string_view (text).substr (at)) > columns)
            break;
        first = at;
    }
    return columns < 1 ? std::string() : "\xe2\x80\xa6" + text.substr (first);
}

} // namespace kikitori::commandline
