#include "Capture.h"
#include "Export/Utf8.h"
#include "Standalone/CommandLine/LiveDisplay.h"
#include "Support/Catch.h"

using namespace kikitori;
using namespace kikitori::commandline;
using kikitori::testing::Capture;

TEST_CASE ("in a pipe each growth is a line of its own, without control characters")
{
    Capture capture;
    {
        LiveDisplay display (capture.stream(), LiveDisplay::Style::lines);
        display.showStatus ("loading the model", "loading", false);
        display.showStatus ("loading the model, 0.1 s", "loading", false);
        display.showPartial ("the", 0.4);
        display.showPartial ("the", 0.5);
        display.showPartial ("the boy", 0.8);
    }
    CHECK (capture.text() == "           (loading the model)\n   0.40 s  the\n   0.80 s  the boy\n");
}

TEST_CASE ("on a terminal the line rewrites itself and is gone at the end")
{
    Capture capture;
    {
        LiveDisplay display (capture.stream(), LiveDisplay::Style::rewrite);
        display.showPartial ("the", 0.4);
        display.showPartial ("the boy", 0.8);
    }
    CHECK (capture.text() == "\r\x1b[Kthe\r\x1b[Kthe boy\r\x1b[K");
}

TEST_CASE ("quiet shows nothing while all is well")
{
    Capture capture;
    LiveDisplay display (capture.stream(), LiveDisplay::Style::quiet);
    display.showPartial ("the", 0.4);
    display.showStatus ("loading", "loading", false);
    display.clear();
    CHECK (capture.text().empty());
}

TEST_CASE ("trouble is one line a try, also where nothing else is shown")
{
    for (const auto style : { LiveDisplay::Style::lines, LiveDisplay::Style::quiet })
    {
        Capture capture;
        LiveDisplay display (capture.stream(), style);
        display.showStatus ("reconnecting (attempt 1), next in 0.2 s", "1", true);
        display.showStatus ("reconnecting (attempt 1), next in 0.1 s", "1", true);
        display.showStatus ("reconnecting (attempt 2), next in 0.5 s", "2", true);
        CHECK (capture.text()
               == "           (reconnecting (attempt 1), next in 0.2 s)\n"
                  "           (reconnecting (attempt 2), next in 0.5 s)\n");
    }
}

TEST_CASE ("a text that is too long for the line shows its end")
{
    CHECK (fitToColumns ("abc", 3) == "abc");
    CHECK (fitToColumns ("abcdef", 4)
           == "\xe2\x80\xa6"
              "def");
    CHECK (displayWidth (fitToColumns ("聞き取り聞き取り", 7)) == 7);
    CHECK (fitToColumns ("many words 👨‍👩‍👧‍👦👨‍👩‍👧‍👦e\u0301", 5) == "…👨‍👩‍👧‍👦e\u0301");
    CHECK (fitToColumns ("abcdef", 0).empty());
}
