// Where a backend listens, and in which protocols: the address that was asked for, and HTTP/1.1 alone.
#include "RawClient.h"
#include "ServerProcess.h"
#include "Support/Catch.h"

#include <array>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <set>
#include <sstream>

using namespace kikitori::testing;
using namespace std::chrono_literals;

namespace
{
/** The local addresses that listen on a port, as the kernel tells them: "0100007F" is 127.0.0.1. */
std::set<std::string> listening (int port)
{
    std::array<char, 8> wanted{};
    std::snprintf (wanted.data(), wanted.size(), "%04X", static_cast<unsigned> (port));
    std::set<std::string> found;

    for (const auto* table : { "/proc/net/tcp", "/proc/net/tcp6" })
    {
        std::ifstream file (table);

        for (std::string line; std::getline (file, line);)
        {
            std::string number, local, remote, state;
            std::istringstream (line) >> number >> local >> remote >> state;
            const auto colon = local.find (':');

            if (state == "0A" && colon != std::string::npos && local.substr (colon + 1) == wanted.data())
                found.insert (local.substr (0, colon));
        }
    }

    return found;
}

const std::set<std::string> loopback4{ "0100007F" };
const std::string loopback6 = "00000000000000000000000001000000";
} // namespace

TEST_CASE ("a backend listens on the address that it was told and on no other", "[backend][listen]")
{
    CHECK (listening (ServerProcess().port()) == loopback4);
    CHECK (listening (ServerProcess ({ "--host", "127.0.0.1" }).port()) == loopback4);

    const ServerProcess named ({ "--host", "localhost" });
    auto onBoth = listening (named.port());
    CHECK (onBoth.erase ("0100007F") == 1);
    onBoth.erase (loopback6); // where the system has IPv6
    CHECK (onBoth.empty());

    const ServerProcess everywhere ({ "--host", "0.0.0.0" }, { { "KIKITORI_TOKEN", "secret" } });
    CHECK (listening (everywhere.port()) == std::set<std::string>{ "00000000" });
}

TEST_CASE ("an address of another machine, an unknown name and a taken port end with 4 and say which it was",
           "[backend][listen]")
{
    const TemporaryFolder folder;
    const auto run = [&] (std::vector<std::string> arguments)
    {
        arguments.push_back ("--data");
        arguments.push_back (folder / "data");
        ChildProcess child (KIKITORI_BIN "/kikitori-backend", arguments, { { "KIKITORI_TOKEN", "secret" } });
        const auto code = child.wait (20s).value_or (-1);
        return std::pair (code, child.errors());
    };

    const auto foreign = run ({ "--host", "192.0.2.1", "--port", "0" });
    CHECK (foreign.first == 4);
    CHECK (foreign.second.find ("not an address of this machine") != std::string::npos);

    const auto unknown = run ({ "--host", "nosuch.invalid", "--port", "0" });
    CHECK (unknown.first == 4);
    CHECK (unknown.second.find ("neither an address nor a name") != std::string::npos);

    const ServerProcess first;
    const auto taken = run ({ "--port", std::to_string (first.port()) });
    CHECK (taken.first == 4);
    CHECK (taken.second.find ("in use") != std::string::npos);
}

TEST_CASE ("two backends never share a data folder: the second says who has it and ends with 2", "[backend][listen]")
{
    ServerProcess first;
    ChildProcess second (KIKITORI_BIN "/kikitori-backend", { "--port", "0", "--data", first.dataFolder() }, {});
    CHECK (second.wait (20s) == 2);
    CHECK (second.errors().find ("process " + std::to_string (first.process().pid())) != std::string::npos);
    CHECK (second.errors().find (first.dataFolder().string()) != std::string::npos);
    CHECK (first.isRunning());
}

TEST_CASE ("HTTP/2 is not spoken: neither by an upgrade nor by its preface, and the backend goes on", "[backend][listen]")
{
    const ServerProcess backend;
    const std::string upgrade = "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n";

    const auto answer = RawClient::ask (backend.port(), get ("/healthz", upgrade));
    CHECK (answer.find ("101") == std::string::npos);

    const auto preface = RawClient::ask (backend.port(), "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + std::string (9, '\0'));
    CHECK (preface.find (std::string ("\0\0\0\4", 4)) == std::string::npos); // no SETTINGS frame

    // What hung libwebsockets by HTTP/2: an empty header and then the same again.
    for (const auto* name : { "Origin", "TE" })
        RawClient::ask (backend.port(),
                        get ("/healthz", std::string (name) + ":\r\n" + name + ":\r\n" + name + ": x\r\n"));

    CHECK (RawClient::ask (backend.port(), get ("/healthz")).starts_with ("HTTP/1.1 200"));
}

TEST_CASE ("seen from a network of its own, a backend on 127.0.0.1 is reached there and on no other address", "[backend][listen]")
{
    if (std::system ("unshare -rn ip link set lo up 2> /dev/null") != 0)
    {
        WARN ("not run: no network namespace may be made here (unshare -rn)");
        return;
    }

    const TemporaryFolder folder;
    // The address of a machine in the network, as the loopback device carries it; bash's own sockets look from there.
    ChildProcess seen ("/bin/sh", { "-c", "exec unshare -rn bash -c '"
                                              "ip link set lo up; ip addr add 10.99.0.1/32 dev lo; " KIKITORI_BIN
                                              "/kikitori-backend --port 18999 --data " + folder.path()
                                              + "/data 2> " + folder.path() + "/log & "
                                                "until grep -q listening " + folder.path() + "/log; do :; done; "
                                                "for a in 127.0.0.1 10.99.0.1; do "
                                                "(exec 3<> /dev/tcp/$a/18999) 2> /dev/null && echo $a reached || echo $a refused; done; "
                                                "kill %1; wait'" });
    CHECK (seen.wait (30s) == 0);
    CHECK (seen.output().find ("127.0.0.1 reached") != std::string::npos);
    CHECK (seen.output().find ("10.99.0.1 refused") != std::string::npos);
}
