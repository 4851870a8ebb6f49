#include "Core/Log.h"
#include "Core/Printable.h"
#include "Support/Catch.h"

using namespace kikitori;

TEST_CASE ("control characters are shown and not sent", "[log]")
{
    CHECK (printable ("\x1b[31mred\r\n\t\x7f") == "\\x1b[31mred\\x0d\\x0a\\x09\\x7f");
    CHECK (printable ("\xc2\x9b" "2J") == "\\x9b2J"); // CSI in one character
    CHECK (printable (std::string ("a\0b", 3)) == "a\\x00b");
    CHECK (printable ("聞き取り \xc2\xa0 \xff \xc2") == "聞き取り \xc2\xa0 \xff \xc2");
}

TEST_CASE ("no log line holds a control character, whoever writes it", "[log]")
{
    log::Entry seen;
    log::setSink ([&seen] (const log::Entry& entry) { seen = entry; });
    log::write ({ log::Level::info, "rest", "request", "GET /\x1b]0;x\a", { { "path", "/\x1b[2J" } } });
    log::setSink ({});
    CHECK (seen.message == "GET /\\x1b]0;x\\x07");
    CHECK (seen.fields.at (0).second == "/\\x1b[2J");
}
