#include "Session/MissingParts.h"
#include "Support/Catch.h"
#include "Support/ForeignLocale.h"

using namespace kikitori;

TEST_CASE ("a stream that has everything lacks nothing", "[session]")
{
    CHECK (missingParts ({ {}, 3.0, 0.5f, 0.0, true, false }, "talk.wav").empty());
    CHECK (missingParts ({ {}, 0.0, 0.0f, 0.0, false, false }, "talk.wav").empty()); // nothing was heard at all
}

TEST_CASE ("what is missing is told with the recording's name", "[session]")
{
    const Error cut{ "incomplete_audio", "talk.wav is cut short" };
    const auto parts = missingParts ({ cut, 3.0, 0.0025f, 1.5, false, false }, "talk.wav");
    REQUIRE (parts.size() == 3);
    CHECK (parts[0] == cut);
    CHECK (parts[1].code == "audio_lost");
    CHECK (parts[1].message.find ("talk.wav: 1.50 s") == 0);
    CHECK (parts[2].code == "no_words");
    CHECK (parts[2].message.find ("talk.wav: No words were recognized. The loudest level is -52.0 dB.") == 0);
    CHECK (parts[2].message.find ("Raise") != std::string::npos);
}

TEST_CASE ("a loud recording without words is not called quiet, and a silent one is called silent", "[session]")
{
    const auto loud = missingParts ({ {}, 3.0, 0.5f, 0.0, false, false }, "a");
    CHECK (loud.at (0).message == "a: No words were recognized. The loudest level is -6.0 dB.");
    const auto silent = missingParts ({ {}, 3.0, 0.0f, 0.0, false, false }, "a");
    CHECK (silent.at (0).message.find ("silent") != std::string::npos);
}

TEST_CASE ("where the backend failed, only the input's own problem is told besides", "[session]")
{
    const Error cut{ "incomplete_audio", "talk.wav is cut short" };
    CHECK (missingParts ({ cut, 3.0, 0.5f, 1.0, false, true }, "talk.wav") == std::vector{ cut });
}

TEST_CASE ("what is missing is told in the same numbers under every locale", "[session]")
{
    const kikitori::testing::ForeignLocale locale ("de_DE");
    const auto parts = missingParts ({ {}, 3.0, 0.0025f, 1.5, false, false }, "a");
    CHECK (parts.at (0).message.find ("1.50 s") != std::string::npos);
    CHECK (parts.at (1).message.find ("-52.0 dB") != std::string::npos);
}
