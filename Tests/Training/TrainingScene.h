/*  A TrainingMonitor on a transport without sockets, whose backend the test plays.

    Threads: one. Failure: a request that was not sent fails the test.
*/
#pragma once

#include "Support/Catch.h"
#include "Support/ManualTransport.h"
#include "Training/TrainingMonitor.h"

namespace kikitori::test
{

struct TrainingScene
{
    /** The last request that is not answered yet; its bytes leave if the gate allows. */
    std::shared_ptr<ManualTransport::Request> pending()
    {
        transport->sendRequests();

        for (auto i = transport->requests.rbegin(); i != transport->requests.rend(); ++i)
            if (! (*i)->isAnswered && ! (*i)->isCancelled)
                return *i;

        return nullptr;
    }

    void answer (int status, const std::string& body)
    {
        const auto request = pending();
        REQUIRE (request != nullptr);
        transport->answer (*request, HttpResponse{ status, body });
    }

    void tick (bool visible = true)
    {
        transport->advance (std::chrono::seconds (1));
        monitor.tick (visible);
    }

    PollReason lastReason (PollDecision::What what) const
    {
        const auto polls = monitor.view().polls;

        for (auto i = polls.rbegin(); i != polls.rend(); ++i)
            if (i->what == what)
                return i->reason;

        return PollReason::failed;
    }

    std::shared_ptr<ManualTransport> transport = std::make_shared<ManualTransport>();
    std::shared_ptr<ManualLocator> locator = std::make_shared<ManualLocator>();
    LifecycleState state = LifecycleState::idle;
    TrainingMonitor monitor{ transport, locator, [this] { return state; } };
};

} // namespace kikitori::test
