#include "Platform/UnattendedThread.h"

#include "Support/Catch.h"

#include <future>
#include <vector>

using kikitori::platform::UnattendedThread;

TEST_CASE ("nobody waits for a thread that does not end, the process takes so many, and what is done makes room", "[platform]")
{
    std::promise<void> mayEnd;
    const auto end = mayEnd.get_future().share();
    std::vector<std::future<void>> endings;

    for (std::size_t i = 0; i < UnattendedThread::most; ++i)
    {
        auto ended = std::make_shared<std::promise<void>>();
        endings.push_back (ended->get_future());
        const auto left = UnattendedThread::start ("test",
                                                   [end, ended]
                                                   {
                                                       end.wait();
                                                       ended->set_value();
                                                   });
        REQUIRE (left != nullptr);
    } // its owner goes, and this goes on

    CHECK (UnattendedThread::start ("test", [] {}) == nullptr);
    mayEnd.set_value();

    for (auto& ended : endings)
        ended.wait();

    std::unique_ptr<UnattendedThread> next;

    while (next == nullptr) // their last instructions
        next = UnattendedThread::start ("test", [] { throw std::runtime_error ("for the log"); });
    while (! next->isDone())
        std::this_thread::yield();
}
