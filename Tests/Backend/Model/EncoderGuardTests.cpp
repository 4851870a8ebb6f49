#include "Backend/Model/StreamingConformer.h"
#include "Support/Catch.h"
#include "Support/RealtimeGuard.h"

using namespace kikitori::backend;
using kikitori::test::RealtimeSection;

TEST_CASE ("after the first chunk the encoder allocates and locks nothing, in int8 and fp32, at any length", "[model]")
{
    const auto loaded = ConformerWeights::load (KIKITORI_FIXTURES "/tiny_model", GENERATE (false, true));
    REQUIRE (loaded.ok());

    for (const auto chunk : { 1, 2, 4, 8 })
    {
        StreamingConformer one (loaded.value(), chunk), other (loaded.value(), chunk);
        const std::vector<float> features (one.featureFrames() * melBins, 0.3f);
        std::vector<StreamingConformer::Turn> turns{ { &one, features, {} }, { &other, features, {} } };
        StreamingConformer::processTogether (turns);

        RealtimeSection section;
        for (int i = 0; i < 200; ++i)
        {
            (void) one.process (features);
            StreamingConformer::processTogether (turns);
        }
        one.reset();
        const auto violations = section.end();
        CHECK (violations.allocations == 0);
        CHECK (violations.locks == 0);
    }
}
