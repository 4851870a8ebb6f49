#include "Capture.h"
#include "Standalone/CommandLine/TranscriptPrinter.h"
#include "Support/Catch.h"

using namespace kikitori;
using namespace kikitori::commandline;
using kikitori::testing::Capture;

namespace
{

Segment segment (std::int64_t id, const std::string& text)
{
    Segment s;
    s.id = id;
    s.text = text;
    s.startSeconds = static_cast<double> (id);
    s.startSample = id * 48000;
    s.endSample = s.startSample + 48000;
    return s;
}

} // namespace

TEST_CASE ("confirmed segments are printed once, in order, when they come")
{
    Capture document, screen;
    LiveDisplay display (screen.stream(), LiveDisplay::Style::lines);
    TranscriptPrinter printer (document.stream(), display, false);
    TranscriptStore store;

    store.setPartial (segment (0, "the"));
    printer.onTranscript (*store.snapshot(), 0.5);
    CHECK (document.text().empty());

    store.addFinal (segment (0, "the boy"));
    printer.onTranscript (*store.snapshot(), 1.0);
    store.addFinal (segment (1, "grew"));
    store.addFinal (segment (2, ""));
    store.addFinal (segment (3, "and prospered"));
    printer.onTranscript (*store.snapshot(), 3.0);
    CHECK (document.text() == "the boy\ngrew\nand prospered\n");

    printer.finish (*store.snapshot());
    CHECK (document.text() == "the boy\ngrew\nand prospered\n");
    CHECK (screen.text() == "   0.50 s  the\n");
}

TEST_CASE ("a live input's level is told when it is no level for speech")
{
    Capture document, screen;
    LiveDisplay display (screen.stream(), LiveDisplay::Style::lines);
    TranscriptPrinter printer (document.stream(), display, false);
    printer.onLevel (LevelAdvice::Verdict::veryQuiet);
    printer.onLevel (LevelAdvice::Verdict::fine);
    printer.onLevel (LevelAdvice::Verdict::tooLoud);
    CHECK (screen.text()
           == "Very quiet. Turn up the input level, or move closer to the microphone.\n"
              "Too loud: the sound is clipped. Turn down the input level, or move away from the microphone.\n");
}

TEST_CASE ("at the end the words that no final confirmed are marked")
{
    Capture document, screen;
    LiveDisplay display (screen.stream(), LiveDisplay::Style::quiet);
    TranscriptPrinter printer (document.stream(), display, false);
    TranscriptStore store;

    store.addFinal (segment (0, "one"));
    store.setPartial (segment (1, "two"));
    store.keepPartial();
    printer.finish (*store.snapshot());
    CHECK (document.text() == "one\ntwo (unconfirmed)\n");
}

TEST_CASE ("where the document is elsewhere, the display shows the confirmed text too")
{
    Capture screen;
    LiveDisplay display (screen.stream(), LiveDisplay::Style::lines);
    TranscriptPrinter printer (nullptr, display, true);
    TranscriptStore store;
    store.addFinal (segment (0, "one"));
    printer.onTranscript (*store.snapshot(), 1.0);
    CHECK (screen.text() == "one\n");
}
