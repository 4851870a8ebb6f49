#include "Backend/Decoding/Endpoint.h"
#include "Support/Catch.h"

#include <cmath>

using namespace kikitori::backend;

namespace
{
void feed (CtcGreedyDecoder& decoder, int id, int frames)
{
    for (int i = 0; i < frames; ++i)
    {
        std::vector<float> frame (3, -10.0f);
        frame[static_cast<std::size_t> (id)] = -0.1f;
        decoder.process (frame, 3);
    }
}

constexpr double frameSeconds = 0.04;
} // namespace

TEST_CASE ("silence with nothing decoded ends a segment later than silence after text", "[endpoint]")
{
    const EndpointRules rules;
    CtcGreedyDecoder nothing;
    feed (nothing, 0, 59);
    CHECK_FALSE (findEndpoint (rules, nothing, frameSeconds));
    feed (nothing, 0, 1);
    CHECK (findEndpoint (rules, nothing, frameSeconds) == 60);

    CtcGreedyDecoder text;
    feed (text, 1, 3);
    feed (text, 0, 24);
    CHECK_FALSE (findEndpoint (rules, text, frameSeconds));
    feed (text, 0, 1);
    CHECK (findEndpoint (rules, text, frameSeconds) == 28);
}

TEST_CASE ("at the cap the cut goes to the longest recent pause", "[endpoint]")
{
    const EndpointRules rules;
    CtcGreedyDecoder decoder;
    while (decoder.frames() < 420)
    {
        feed (decoder, 1, 2);
        feed (decoder, 2, 2);
    }
    feed (decoder, 0, 10); // frames 420 to 429
    while (decoder.frames() < 499)
    {
        feed (decoder, 1, 2);
        feed (decoder, 2, 2);
    }
    CHECK (findEndpoint (rules, decoder, frameSeconds) == 425);
}
