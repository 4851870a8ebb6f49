#include "Backend/Foreign/ForeignFixtures.h"

using namespace foreign;

namespace
{
/** Largest difference to what PyTorch gave for the whole input. */
void checkWhole (const std::string& fixture,
                 const std::string& name,
                 int frames,
                 std::size_t vocabulary,
                 std::size_t blank)
{
    const TemporaryFolder folder;
    const auto model = loaded (folder, fixture);
    REQUIRE (model->card().vocabulary.size() == vocabulary);
    const auto expected =
        blankFirst (golden (name, { frames, static_cast<std::int64_t> (vocabulary) }), vocabulary, blank);
    const auto found = model->recognise (audio());
    INFO (fixture);
    REQUIRE (found.size() == expected.size());
    CHECK (largestDifference (found, expected) < 1e-3f);
}
} // namespace

TEST_CASE ("A NeMo Conformer gives PyTorch's log probabilities")
{
    checkWhole ("conformer_ctc.nemo", "conformer_ctc", 38, 33, 32);
}

TEST_CASE ("Parakeet gives the log probabilities of transformers") { checkWhole ("parakeet", "parakeet", 19, 33, 32); }

TEST_CASE ("wav2vec 2.0 gives the log probabilities of transformers")
{
    checkWhole ("wav2vec2", "wav2vec2", 74, 32, 0);
    checkWhole ("wav2vec2_large", "wav2vec2_large", 74, 32, 0);
}

TEST_CASE ("wav2vec2-conformer gives the log probabilities of transformers, with relative and rotary positions")
{
    checkWhole ("wav2vec2_conformer_relative", "wav2vec2_conformer_relative", 74, 32, 0);
    checkWhole ("wav2vec2_conformer_rotary", "wav2vec2_conformer_rotary", 74, 32, 0);
}

TEST_CASE ("A streaming FastConformer gives, chunk by chunk, what the whole input gives under the same attention mask")
{
    const TemporaryFolder folder;
    const auto model = loaded (folder, "fastconformer_streaming.nemo");
    CHECK (model->latencyChoices() == std::vector<int>{ 80, 160, 240 });

    for (const auto lookAhead : { 0, 1, 2 })
    {
        const auto expected =
            blankFirst (golden ("fastconformer_streaming." + std::to_string (lookAhead), { 20, 33 }), 33, 32);

        for (const auto block : { 24000u, 1600u, 77u })
        {
            const auto stream = model->makeStream (80 * (lookAhead + 1));
            std::vector<float> found;

            for (std::size_t at = 0; at < 24000; at += block)
                stream->push (std::span<const float> (audio()).subspan (at, std::min<std::size_t> (block, 24000 - at)),
                              found);

            stream->finish (found);
            INFO ("look-ahead " << lookAhead << ", blocks of " << block);
            REQUIRE (found.size() == expected.size());
            CHECK (largestDifference (found, expected) < 1e-3f);
        }
    }
}

TEST_CASE ("A cached stream tells a frame as soon as its look-ahead is heard")
{
    const TemporaryFolder folder;
    const auto model = loaded (folder, "fastconformer_streaming.nemo");
    const auto stream = model->makeStream (80);
    std::vector<float> found;
    const std::vector<float> silence (1600, 0.0f);

    for (int block = 0; block < 10; ++block)
        stream->push (silence, found);

    // One second: twelve frames are complete, and the next needs 200 samples more than there are.
    CHECK (found.size() / 33 == 13);
}
