#include "ReplayScene.h"

#include <random>

using namespace kikitori;
using namespace kikitori::test;

TEST_CASE ("what is appended comes out once, in order, in pieces of any size", "[replay]")
{
    for (const std::size_t most : { 1u, 7u, 480u, 4800u, 100000u })
    {
        ReplayBuffer buffer ({ 100000 });
        buffer.append (0, numbers (0, 5000));
        CHECK (sendAll (buffer, most) == "a0-5000 ");
        buffer.append (5000, numbers (5000, 10));
        buffer.appendFlush (5010);
        buffer.append (5010, numbers (5010, 10));
        buffer.appendGap (5020, 80);
        buffer.append (5100, numbers (5100, 900));
        CHECK (sendAll (buffer, most) == "a5000-5010 f5010 a5010-5020 g5020+80 a5100-6000 ");
        CHECK (buffer.unsent() == 0);
        CHECK (buffer.end() == 6000);
    }
}

TEST_CASE ("after a rewind everything since the acknowledgement comes again", "[replay]")
{
    ReplayBuffer buffer ({ 100000 });
    buffer.append (0, numbers (0, 12000));
    buffer.appendFlush (12000);
    buffer.append (12000, numbers (12000, 1000));
    sendAll (buffer);
    buffer.acknowledge (5000);
    CHECK (buffer.oldest() == 5000);
    buffer.rewind();
    CHECK (sendAll (buffer) == "a5000-12000 f12000 a12000-13000 ");

    buffer.acknowledge (12000); // the flush at the boundary has done its work
    buffer.rewind();
    CHECK (sendAll (buffer) == "a12000-13000 ");

    buffer.acknowledge (13000);
    CHECK (buffer.oldest() == 13000);
    buffer.rewind();
    CHECK (sendAll (buffer).empty());
    buffer.append (13000, numbers (13000, 5));
    CHECK (sendAll (buffer) == "a13000-13005 ");
}

TEST_CASE ("an acknowledgement of what was never sent drops nothing unsent", "[replay]")
{
    ReplayBuffer buffer ({ 100000 });
    buffer.append (0, numbers (0, 3000));
    buffer.acknowledge (99999);
    CHECK (sendAll (buffer) == "a0-3000 ");
}

TEST_CASE ("beyond the limit the oldest goes; unsent audio is reported as lost, sent audio is not", "[replay]")
{
    ReplayBuffer buffer ({ 9600 });
    buffer.append (0, numbers (0, 4800));
    sendAll (buffer);
    buffer.append (4800, numbers (4800, 9600));
    CHECK_FALSE (buffer.takeLost());
    CHECK (buffer.oldest() == 4800);

    buffer.append (14400, numbers (14400, 9600));
    const auto lost = buffer.takeLost();
    REQUIRE (lost);
    CHECK (*lost == ReplayBuffer::Gap{ 4800, 9600 });
    CHECK_FALSE (buffer.takeLost());
    CHECK (sendAll (buffer) == "a14400-24000 ");
}

TEST_CASE ("random sending, acknowledging and cutting never loses or doubles a sample", "[replay]")
{
    std::mt19937 random (11);
    const auto upTo = [&] (std::int64_t most)
    { return std::uniform_int_distribution<std::int64_t> (0, most) (random); };

    for (int round = 0; round < 200; ++round)
    {
        // Every second one spills: memory for six blocks, the rest on disk.
        const auto memory = round % 2 == 0 ? std::size_t{ 256 } << 20 : 6 * ReplayBlocks::blockBytes;
        ReplayBuffer buffer ({ 10'000'000, memory });
        std::int64_t end = 0;
        std::int64_t acknowledged = 0;
        std::int64_t wire = 0;

        for (int step = 0; step < 100; ++step)
        {
            const auto kind = upTo (9);

            if (kind < 4)
            {
                const auto count = upTo (6000);
                buffer.append (end, numbers (end, count));
                end += count;
            }
            else if (kind == 4)
                buffer.appendFlush (end);
            else if (kind < 8)
            {
                for (auto pieces = upTo (5); pieces > 0; --pieces)
                {
                    const auto item = buffer.next (static_cast<std::size_t> (upTo (3000) + 1));

                    if (! item)
                        break;

                    const auto* audio = std::get_if<ReplayBuffer::Audio> (&*item);

                    if (audio != nullptr)
                    {
                        REQUIRE (audio->position == wire);
                        REQUIRE (audio->samples[0] == static_cast<float> (wire));
                        REQUIRE (audio->samples.back()
                                 == static_cast<float> (wire + static_cast<std::int64_t> (audio->samples.size()) - 1));
                        wire += static_cast<std::int64_t> (audio->samples.size());
                    }

                    buffer.advance (audio != nullptr ? audio->samples.size() : 0);
                }
            }
            else if (kind == 8)
            {
                acknowledged = std::max (acknowledged, upTo (wire));
                buffer.acknowledge (acknowledged);
                REQUIRE (buffer.oldest() <= std::max (acknowledged, wire));
                REQUIRE (buffer.oldest() == acknowledged);
            }
            else
            {
                buffer.rewind();
                wire = buffer.oldest();
                REQUIRE (wire == acknowledged);
            }
        }
    }
}
