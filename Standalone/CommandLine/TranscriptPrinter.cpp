#include "Standalone/CommandLine/TranscriptPrinter.h"

#include "Export/DocumentWriters.h"
#include "Transcript/SpeechRows.h"

namespace kikitori::commandline
{

TranscriptPrinter::TranscriptPrinter (std::FILE* documentToUse, LiveDisplay& displayToUse, bool showsConfirmed)
    : document (documentToUse), display (displayToUse), confirmedOnDisplay (showsConfirmed)
{
}

void TranscriptPrinter::onStatus (const SessionSnapshot& waiting)
{
    const bool isTrouble = waiting.status == SessionStatus::reconnecting;
    const auto step = std::string (toString (waiting.status)) + (isTrouble ? std::to_string (waiting.attempt) : "");
    display.showStatus (describe (waiting), step, isTrouble);
}

void TranscriptPrinter::onInputTrouble (const std::string& text)
{
    display.showStatus (text.empty() ? "The microphone is back." : text, "input " + text, true);
}

void TranscriptPrinter::onTranscript (const TranscriptSnapshot& transcript, double seconds)
{
    // New finals stand at the end; one that was printed stays, as a final never changes.
    auto first = transcript.finals.size();
    while (first > 0 && transcript.finals[first - 1].confirmed && ! printed.contains (transcript.finals[first - 1].id))
        --first;
    for (auto i = first; i < transcript.finals.size(); ++i)
        print (transcript.finals[i], true);

    display.showPartial (transcript.partial ? transcript.partial->text : std::string(), seconds);
}

void TranscriptPrinter::onLevel (LevelAdvice::Verdict verdict)
{
    if (verdict != LevelAdvice::Verdict::fine)
        display.printLine (describe (verdict));
}

void TranscriptPrinter::finish (const TranscriptSnapshot& transcript)
{
    for (const auto& segment : transcript.finals)
        if (! printed.contains (segment.id))
            print (segment, segment.confirmed);
    if (transcript.partial)
        print (*transcript.partial, false);
    display.clear();
}

void TranscriptPrinter::print (const Segment& segment, bool confirmed)
{
    printed.insert (segment.id);

    for (const auto& row : rowsOf (segment))
    {
        const std::string line = cleanText (row.text);
        if (line.empty())
            continue;

        display.clear();
        if (document != nullptr)
        {
            std::fprintf (document, "%s%s\n", line.c_str(), confirmed ? "" : unconfirmedMark);
            std::fflush (document);
        }
        if (confirmedOnDisplay)
            display.printLine (line);
    }
}

} // namespace kikitori::commandline
