/*  Prints a transcript while it grows: the rows of confirmed segments as lines of the document, the rest on the live display.

    Threads: one at a time.
    Failure: writing errors are checked by the command at the end.
*/
#pragma once

#include "Standalone/CommandLine/LiveDisplay.h"
#include "Standalone/CommandLine/StreamObserver.h"

#include <cstdint>
#include <cstdio>
#include <set>

namespace kikitori::commandline
{

class TranscriptPrinter final : public StreamObserver
{
public:
    /** document: where confirmed segments go as they come; null = nowhere (another format, written at the end). */
    TranscriptPrinter (std::FILE* documentToUse, LiveDisplay& displayToUse, bool showsConfirmedOnDisplay);

    void onStatus (const SessionSnapshot& waiting) override;
    void onInputTrouble (const std::string& text) override;
    void onTranscript (const TranscriptSnapshot& transcript, double seconds) override;
    void onLevel (LevelAdvice::Verdict verdict) override;
    bool wantsMore() const override { return document == nullptr || std::ferror (document) == 0; }

    /** The words that no final confirmed. */
    void finish (const TranscriptSnapshot& transcript);

private:
    void print (const Segment& segment, bool confirmed);

    std::FILE* document;
    LiveDisplay& display;
    const bool confirmedOnDisplay; ///< the document is no terminal but the display is
    std::set<std::int64_t> printed;
};

} // namespace kikitori::commandline
