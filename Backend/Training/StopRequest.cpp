#include "Backend/Training/StopRequest.h"

#include "Core/Guarded.h"

#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <string>

namespace kikitori::backend
{

namespace
{
volatile std::sig_atomic_t signalled = 0;

void noteSignal (int) { signalled = 1; }
} // namespace

StopRequest::StopRequest (int input)
{
    signalled = 0;
    struct sigaction action
    {
    };
    action.sa_handler = noteSignal;
    ::sigaction (SIGTERM, &action, nullptr);
    ::sigaction (SIGINT, &action, nullptr);

    if (input >= 0 && ::pipe (wake) == 0)
        reader = guardedThread ("training", [this, input] { readInput (input); });
}

StopRequest::~StopRequest()
{
    if (wake[1] >= 0)
        ::close (wake[1]); // the reader's poll sees the hang-up

    if (reader.joinable())
        reader.join();

    if (wake[0] >= 0)
        ::close (wake[0]);
}

bool StopRequest::requested() const noexcept { return signalled != 0 || asked.load (std::memory_order_relaxed); }

void StopRequest::readInput (int input)
{
    constexpr int checkMilliseconds = 1000;
    std::string line;

    for (;;)
    {
        pollfd watched[2]{ { input, POLLIN, 0 }, { wake[0], POLLIN, 0 } };
        const auto ready = ::poll (watched, 2, checkMilliseconds);

        if (watched[1].revents != 0)
            return;

        if (ready <= 0 || watched[0].revents == 0)
            continue;

        char bytes[256];
        const auto count = ::read (input, bytes, sizeof (bytes));

        if (count < 0 && (errno == EINTR || errno == EAGAIN))
            continue;

        if (count <= 0)
            break;

        for (ssize_t i = 0; i < count; ++i)
        {
            if (bytes[i] != '\n')
            {
                if (line.size() < sizeof (bytes))
                    line += bytes[i];
                continue;
            }

            if (line == "stop" || line == "stop\r")
                asked = true;

            line.clear();
        }
    }

    asked = true;
}

} // namespace kikitori::backend
