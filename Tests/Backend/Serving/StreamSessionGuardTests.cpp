#include "Backend/Serving/StreamSession.h"
#include "Support/Catch.h"
#include "Support/RealtimeGuard.h"

#include <cmath>
#include <cstring>

using namespace kikitori;
using namespace kikitori::backend;
using kikitori::test::RealtimeSection;

namespace
{
/** A session whose work is done at once, on this thread. */
struct DirectSession
{
    DirectSession()
    {
        StreamSession::Services services;
        services.send = [this] (const std::string&) { ++sent; };
        services.close = [] (int, const std::string&) {};
        services.setReading = [] (bool) {};
        services.post = [] (const std::function<void()>& task) { task(); };
        services.compute = services.post;
        services.decode = [] (StreamJob job, const auto& done)
        {
            advance (std::span (&job, 1));
            done (std::move (job));
        };
        services.loadModel = [] (const std::string&, const std::string&, const auto& callback)
        { callback (RecognizerModel::load (KIKITORI_FIXTURES "/tiny_model")); };
        services.makeStream = [] (auto model, auto options) { return RecognizerStream::create (model, options); };
        services.chunkMsOf = [] (const std::string&) { return 0; };
        services.claimSession = [] (const std::string&) { return true; };
        services.now = [] { return std::chrono::steady_clock::time_point(); };
        session = std::make_shared<StreamSession> (services, ServingLimits{});
    }

    std::shared_ptr<StreamSession> session;
    int sent = 0;
};

/** 40 ms at 16 kHz. */
std::string frame()
{
    std::string bytes (640 * sizeof (float), '\0');

    for (std::size_t i = 0; i < 640; ++i)
    {
        const auto sample = static_cast<float> (0.1 * std::sin (0.37 * static_cast<double> (i * i % 997)));
        std::memcpy (bytes.data() + i * sizeof (float), &sample, sizeof (float));
    }

    return bytes;
}
} // namespace

TEST_CASE ("a frame on its way through a session allocates a few small things, whatever it holds", "[session]")
{
    DirectSession scene;
    scene.session->onText (R"({"type":"start","protocol":2,"sample_rate":16000,"format":"f32",)"
                           R"("partial_interval_ms":100000000})");
    const auto bytes = frame();
    std::uint64_t most = 0;
    auto quietFrames = 0;

    for (int i = 0; i < 1500; ++i)
    {
        const auto before = scene.sent;
        RealtimeSection section;
        scene.session->onBinary (bytes);
        const auto allocations = section.end().allocations;

        if (i < 700 || scene.sent != before)
            continue;

        most = std::max (most, allocations);
        ++quietFrames;
    }

    CHECK (quietFrames > 400);
    // The callbacks of its job and their result, each made and deleted; now and then a block of the queue.
    CHECK (most <= 12);
}
