// A backend that sends its client elsewhere: neither the token nor the audio goes there.
#include "AnswerServer.h"
#include "EchoServer.h"
#include "NetworkScene.h"

using namespace kikitori;
using namespace kikitori::test;

namespace
{
/** Answers every request with a redirect. */
struct Redirector : AnswerServer
{
    Redirector (int status, const std::string& location)
        : AnswerServer ([reply = replyOf (std::to_string (status) + " Moved", "", "Location: " + location + "\r\n")] (
                            const auto&) { return reply; })
    {
    }
};
} // namespace

TEST_CASE ("a redirect is refused and told with the address it names", "[network][redirect]")
{
    const EchoServer elsewhere;
    const auto target = "http://127.0.0.1:" + std::to_string (elsewhere.port()) + "/hello";
    const auto transport = NetworkThread::acquire();

    for (const auto status : { 301, 302, 303, 307, 308 })
    {
        INFO (status);
        const Redirector backend (status, target);
        const auto answer = ask (*transport, backend.endpoint, get ("/hello"));
        REQUIRE_FALSE (answer);
        CHECK (answer.error().message.find ("redirects to " + target) != std::string::npos);

        const auto said = Conversation::hold (*transport, backend.endpoint, "never");
        CHECK (said.find ("closed: 1006") == 0);
        CHECK (said.find ("redirects to " + target) != std::string::npos);
    }

    CHECK (elsewhere.authorizations().empty());
}

TEST_CASE ("what a redirect names is shown without control characters and not at any length", "[network][redirect]")
{
    const auto transport = NetworkThread::acquire();
    const Redirector backend (302, "http://127.0.0.1/\x1b[31m" + std::string (2000, 'x'));
    const auto answer = ask (*transport, backend.endpoint, get ("/hello"));
    REQUIRE_FALSE (answer);
    CHECK (answer.error().message.find ('\x1b') == std::string::npos);
    CHECK (answer.error().message.size() < 500);
}
