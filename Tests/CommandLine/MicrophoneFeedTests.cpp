#include "Standalone/CommandLine/MicrophoneFeed.h"

#include "Audio/TapReader.h"
#include "Support/Catch.h"
#include "Support/RecordingSink.h"

#include <limits>
#include <mutex>
#include <vector>

using namespace kikitori;
using namespace kikitori::commandline;
using namespace std::chrono_literals;

namespace
{

/** A microphone that the test speaks into, and that it can take away. */
struct Socket
{
    std::mutex mutex;
    AudioSink sink; ///< under the mutex
    std::atomic<bool> isThere{ true };
    std::atomic<int> opened{ 0 };

    void speak (double rate, double seconds, float value)
    {
        const std::vector<float> samples (static_cast<std::size_t> (rate * seconds), value);
        const auto* pointer = samples.data();
        const std::lock_guard lock (mutex);
        sink (&pointer, 1, static_cast<int> (samples.size()));
    }
};

class Microphone final : public AudioInput
{
public:
    Microphone (Socket& socketToUse, double rateToUse) : socket (socketToUse), rate (rateToUse) {}

    std::string name() const override { return "microphone"; }
    AudioInputFormat format() const override { return { rate, 480, 1 }; }
    void start (AudioSink sink) override
    {
        {
            const std::lock_guard lock (socket.mutex);
            socket.sink = std::move (sink);
        }
        ++socket.opened;
    }
    void stop() override {}
    std::string problem() const override { return {}; }

private:
    Socket& socket;
    const double rate;
};

template <typename Condition>
bool comes (Condition condition)
{
    const auto end = std::chrono::steady_clock::now() + 30s;

    while (! condition() && std::chrono::steady_clock::now() < end)
        std::this_thread::yield();

    return condition();
}

} // namespace

TEST_CASE ("a microphone that goes is told, opened again when it is back, and what it missed is a gap", "[microphone]")
{
    Socket socket;
    socket.isThere = false;
    AudioTap tap;
    TapReader reader (tap.sharedLink());
    reader.begin (1);
    test::RecordingSink heard;
    MicrophoneFeed feed (
        std::make_unique<Microphone> (socket, 48000.0),
        [&]() -> Result<std::unique_ptr<AudioInput>>
        {
            if (! socket.isThere)
                return Error{ "no_audio", "none" };
            return std::unique_ptr<AudioInput> (std::make_unique<Microphone> (socket, 16000.0));
        },
        { 300ms, 5ms, 10ms });
    feed.prepare (tap);
    feed.start (tap);
    socket.speak (48000.0, 1.0, 0.25f);

    // Nothing comes any more.
    REQUIRE (comes ([&] { return ! feed.trouble().empty(); }));
    CHECK (feed.trouble().find ("Microphone disconnected") == 0);
    CHECK_FALSE (feed.finished());
    CHECK (feed.problem());
    CHECK (feed.seconds() >= 1.25); // who wanted ten seconds need not wait for its return

    socket.isThere = true;
    REQUIRE (comes ([&] { return socket.opened >= 2; }));
    socket.speak (16000.0, 1.0, 0.5f);
    REQUIRE (comes ([&] { return feed.trouble().empty(); }));
    feed.stop();
    CHECK_FALSE (feed.problem());

    reader.drain (heard, std::numeric_limits<std::size_t>::max());
    reader.flush (heard);
    REQUIRE_FALSE (heard.gaps.empty()); // more than one if this machine is so busy that it looked away again
    CHECK (heard.gaps[0].position == 48000);
    CHECK (heard.gaps[0].samples >= 48000 / 4);
    CHECK (heard.isInOrder);
    CHECK (heard.audio.size() == 2 * 48000);
    CHECK (heard.audio[48000 + 24000] == Approx (0.5f).margin (0.01));
}

TEST_CASE ("a feed whose microphone is away ends when it is told to", "[microphone]")
{
    Socket socket;
    AudioTap tap;
    MicrophoneFeed feed (
        std::make_unique<Microphone> (socket, 48000.0),
        []() -> Result<std::unique_ptr<AudioInput>> { return Error{ "no_audio", "none" }; },
        { 20ms, 5ms, 1h });
    feed.prepare (tap);
    feed.start (tap);
    REQUIRE (comes ([&] { return ! feed.trouble().empty(); }));
    feed.stop();
    CHECK (socket.opened == 1);
}
