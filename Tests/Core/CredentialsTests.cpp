#include "Core/Credentials.h"
#include "Support/Catch.h"

using namespace kikitori;

TEST_CASE ("user and password are cut from an address", "[credentials]")
{
    CHECK (addressWithoutUser ("https://user:password@studio:8443/asr") == "https://studio:8443/asr");
    CHECK (addressWithoutUser ("user@studio") == "studio");
    CHECK (addressWithoutUser ("wss://user:p@ss/w rd@studio") == "wss://studio");
    CHECK (addressWithoutUser ("https://[::1]:8443") == "https://[::1]:8443");
    CHECK (addressWithoutUser ("local") == "local");
}

TEST_CASE ("user and password are cut from the addresses in a text", "[credentials]")
{
    CHECK (textWithoutUsers ("\"https://user:password@studio/x\" and user:pass@b:1 fail")
           == "\"https://studio/x\" and b:1 fail");
    CHECK (textWithoutUsers ("a model a@b in /home/me@work: 12:30 ") == "a model a@b in /home/me@work: 12:30 ");
    CHECK (textWithoutUsers ("") == "");
}
