// The reason for the poll gate, end to end: a stream that starts while a training runs and the editor polls.
#include "SessionScene.h"
#include "Support/Catch.h"
#include "Training/TrainingMonitor.h"

using namespace kikitori;
using namespace kikitori::test;
using S = LifecycleState;

namespace
{

/** The editor's timer ticks each second; requests are sent and answered as a backend would. */
struct TrainingScene : SessionScene
{
    TrainingScene()
    {
        transport->afterStep = [this]
        {
            backend.serve();
            ++steps;

            if (ticks && steps % 100 == 50)
                monitor.tick (true);

            transport->sendRequests();
            noteRequests();

            if (answers)
                answerRequests();
        };
    }

    void noteRequests()
    {
        for (const auto& request : transport->requests)
            if (request->hasLeft && noted.insert (request.get()).second)
                leftIn.push_back (session.state());
    }

    void answerRequests()
    {
        for (const auto& request : std::vector (transport->requests))
        {
            if (! request->hasLeft)
                continue;

            const auto isStatus = request->request.target == "/api/status";
            transport->answer (
                *request,
                HttpResponse{ 200, isStatus ? R"({"is_training":true})"
                                            : R"({"is_training":true,"current_epoch":3,"total_epochs":10})" });
        }
    }

    std::size_t left() const { return leftIn.size(); }

    TrainingMonitor monitor{ transport, locator, session.lifecycleReader() };
    bool ticks = true;
    bool answers = true;
    int steps = 0;
    std::set<const void*> noted;
    std::vector<S> leftIn; ///< the state when each request's bytes left
};

} // namespace

TEST_CASE ("no poll leaves between Start and the return to Stopping or Idle, and the stream is opened once",
           "[session][gate]")
{
    TrainingScene scene;
    scene.backend.readyAfter = seconds (6);
    scene.wait (seconds (5));
    REQUIRE (scene.monitor.view().isTraining);
    REQUIRE (scene.left() >= 4); // it polls while nothing streams

    const auto before = scene.left();
    scene.start();
    scene.speak (seconds (6)); // the model loads
    REQUIRE (scene.session.state() == S::starting);
    scene.speak (seconds (10));
    REQUIRE (scene.session.state() == S::active);
    CHECK (scene.left() == before);

    scene.backend.answersStop = false;
    scene.session.stop();
    scene.wait (seconds (4));
    CHECK (scene.session.state() == S::stopping);
    CHECK (scene.left() > before); // Stopping may poll

    scene.backend.answersStop = true;
    scene.wait (seconds (8));
    CHECK (scene.session.state() == S::idle);

    for (const auto state : scene.leftIn)
        CHECK ((state == S::idle || state == S::stopping));

    CHECK (scene.transport->sockets.size() == 1);
    CHECK (scene.backend.starts == 1);
    CHECK (scene.backend.heard == scene.spoken);
    CHECK (scene.backend.wrongSamples == 0);

    // Each decision has its reason.
    std::set<PollReason> reasons;

    for (const auto& poll : scene.monitor.view().polls)
    {
        reasons.insert (poll.reason);

        if (poll.reason == PollReason::sent)
            CHECK ((poll.state == S::idle || poll.state == S::stopping));
    }

    CHECK (reasons.count (PollReason::streamStarting) == 1);
    CHECK (reasons.count (PollReason::streamActive) == 1);
    CHECK (reasons.count (PollReason::answered) == 1);
}

TEST_CASE ("Start between the tick and the bytes holds the poll", "[session][gate]")
{
    TrainingScene scene;
    scene.wait (seconds (3));
    REQUIRE (scene.monitor.view().isTraining);
    scene.ticks = false;
    scene.wait (seconds (2));
    const auto before = scene.left();

    scene.monitor.tick (true); // the request is made...
    REQUIRE (scene.transport->requests.back()->hasLeft == false);
    scene.start();            // ...Start is pressed...
    scene.wait (seconds (1)); // ...and its bytes are about to leave
    CHECK (scene.left() == before);
    CHECK (scene.monitor.view().polls.back().reason == PollReason::heldBeforeBytes);
}

TEST_CASE ("a poll in flight when Start is pressed is not used", "[session][gate]")
{
    TrainingScene scene;
    scene.wait (seconds (3));
    scene.answers = false;
    scene.wait (seconds (2));
    REQUIRE (scene.transport->requests.back()->hasLeft);
    const auto inFlight = scene.transport->requests.back();
    scene.start();
    const auto version = scene.monitor.view().epoch;

    SECTION ("answered before the next tick")
    {
        scene.transport->answer (*inFlight, HttpResponse{ 200, R"({"is_training":true,"current_epoch":99})" });
        CHECK (scene.monitor.view().epoch == version);
    }

    SECTION ("cancelled by the next tick")
    {
        scene.wait (seconds (2));
        CHECK (inFlight->isCancelled);
    }

    bool wasCancelled = false;

    for (const auto& poll : scene.monitor.view().polls)
        wasCancelled = wasCancelled || poll.reason == PollReason::cancelled;

    CHECK (wasCancelled);
}

TEST_CASE ("a poll that never gets an answer delays neither the start nor a sample", "[session][gate]")
{
    TrainingScene scene;
    scene.wait (seconds (3));
    scene.answers = false;
    scene.wait (seconds (2));
    scene.start();
    scene.speak (seconds (5));
    CHECK (scene.session.state() == S::active);
    CHECK (scene.backend.heard >= scene.spoken - 480);
}

TEST_CASE ("training messages pushed over the stream keep the view alive while polls are held", "[session][gate]")
{
    TrainingScene scene;
    scene.session.setTrainingListener ([&] (const TrainingMessage& message) { scene.monitor.onPushed (message); });
    scene.wait (seconds (3));
    scene.start();
    scene.speak (seconds (2));
    scene.backend.socket()->say (
        R"({"type":"progress","payload":{"epoch":7,"total_epochs":10,"step":70,"total_steps":100,"loss":1.5,"learning_rate":0.001}})");
    CHECK (scene.monitor.view().epoch == 7.0);
    CHECK (scene.monitor.view().loss == Approx (1.5));
    scene.backend.socket()->say (R"({"type":"status","payload":{"status":"completed","message":"done"}})");
    CHECK_FALSE (scene.monitor.view().isTraining);
    scene.backend.answersStop = false;
    scene.session.stop();
    const auto before = scene.left();
    scene.wait (seconds (3));
    CHECK (scene.left() == before); // nothing trains: no poll in Stopping either
}
