#include "Backend/Serving/ClientText.h"

#include <catch2/catch.hpp>

using kikitori::backend::ClientText;

TEST_CASE ("What clients are told names files of this computer without the folders that they lie in")
{
    const ClientText text ({ "/srv/kikitori/data/", "/srv/kikitori", "/opt/models", "", "/" });

    CHECK (text.of ("/srv/kikitori/data/served/large/vocab.json has no blank.") == "served/large/vocab.json has no blank.");
    CHECK (text.of ("There is no /opt/models/large or /opt/models/small.") == "There is no large or small.");
    CHECK (text.of ("The folder /srv/kikitori/data cannot be written.") == "The folder data cannot be written.");
    CHECK (text.of ("cannot write /opt/models.") == "cannot write models.");
    CHECK (text.of ("/opt/models/") == "models/");
    CHECK (text.of (R"({"detail":"/opt/models/日本/a.json: broken"})") == R"({"detail":"日本/a.json: broken"})");

    // Others' folders, and the field that the protocol has.
    for (const std::string same : { "/opt/models2/a", "/mnt/opt/models/a", R"({"path":"/opt/models/large"})", R"({"folder":"/opt/models"})",
                                     "" })
        CHECK (text.of (same) == same);
}
