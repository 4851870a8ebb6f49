#include "Standalone/CommandLine/InputChannels.h"
#include "Support/Catch.h"

using namespace kikitori::commandline;

TEST_CASE ("inputs of a device are chosen by number and by name")
{
    const std::vector<std::string> names{ "Mic 2", "Line L", "Mic", "\xc3\x89tude" };
    const auto chosen = [&names] (const std::string& wanted)
    {
        const auto found = chooseInputs (names, wanted);
        return found ? found.value() : std::vector<int>();
    };

    CHECK (chosen ("") == std::vector{ 0, 1 });
    CHECK (chooseInputs ({ "Mic" }, "").value() == std::vector{ 0 });
    CHECK (chosen ("1") == std::vector{ 0 });
    CHECK (chosen ("4") == std::vector{ 3 });
    CHECK (chosen ("mic") == std::vector{ 2 }); // the whole name before a part of one
    CHECK (chosen ("line") == std::vector{ 1 });
    CHECK (chosen ("\xc3\xa9tude") == std::vector{ 3 });

    for (const char* wanted : { "0", "5", "-1", "2nd", "headphones" })
    {
        INFO (wanted);
        const auto found = chooseInputs (names, wanted);
        REQUIRE_FALSE (found);
        CHECK (found.error().code == "unknown_channel");
        CHECK (found.error().message == "there is no input \"" + std::string (wanted)
                                            + "\"; there are: 1 Mic 2, 2 Line L, 3 Mic, 4 \xc3\x89tude");
    }
}
