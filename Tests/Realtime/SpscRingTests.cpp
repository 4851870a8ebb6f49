#include "Realtime/SpscRing.h"
#include "Support/Catch.h"
#include "Support/LongRun.h"

#include <algorithm>
#include <array>
#include <thread>
#include <vector>

using namespace kikitori;

namespace
{

std::vector<float> take (SpscRing<float>& ring, std::size_t count)
{
    const auto pieces = ring.peek (count);
    std::vector<float> taken (pieces.first.begin(), pieces.first.end());
    taken.insert (taken.end(), pieces.second.begin(), pieces.second.end());
    ring.discard (taken.size());
    return taken;
}

} // namespace

TEST_CASE ("a ring's capacity is a power of two and its positions count every element", "[ring]")
{
    SpscRing<float> ring (100);
    REQUIRE (ring.capacity() == 128);
    CHECK (ring.freeSpace() == 128);

    const std::array<float, 100> block{};
    CHECK (ring.push (block) == 100);
    CHECK (ring.push (block) == 28); // full: the rest is refused, nothing is overwritten
    CHECK (ring.push (block) == 0);
    CHECK (ring.available() == 128);
    CHECK (ring.writePosition() == 128);

    ring.discard (100);
    CHECK (ring.readPosition() == 100);
    CHECK (ring.push (block) == 100);
    CHECK (ring.available() == 128);
}

TEST_CASE ("a block that wraps around the end comes out in order", "[ring]")
{
    SpscRing<float> ring (8);
    const std::array<float, 6> first{ 1, 2, 3, 4, 5, 6 };
    REQUIRE (ring.push (first) == 6);
    REQUIRE (take (ring, 5).size() == 5);

    const std::array<float, 7> second{ 7, 8, 9, 10, 11, 12, 13 };
    REQUIRE (ring.push (second) == 7);
    CHECK (take (ring, 100) == std::vector<float>{ 6, 7, 8, 9, 10, 11, 12, 13 });
    CHECK (take (ring, 1).empty());
}

TEST_CASE ("between two threads every element arrives once and in order", "[ring]")
{
    const auto total = test::shortOrLong<std::uint64_t> (1'000'000, 100'000'000);
    SpscRing<std::uint64_t> ring (8192);

    std::thread producer (
        [&]
        {
            std::array<std::uint64_t, 97> block;
            std::uint64_t next = 0;

            while (next < total)
            {
                const auto count = std::min<std::uint64_t> (block.size(), total - next);

                for (std::size_t i = 0; i < count; ++i)
                    block[i] = next + i;

                const auto taken = ring.push (std::span (block.data(), static_cast<std::size_t> (count)));
                next += taken;

                if (taken == 0)
                    std::this_thread::yield();
            }
        });

    std::uint64_t expected = 0;
    std::uint64_t wrong = 0;

    while (expected < total)
    {
        const auto pieces = ring.peek (61);

        for (const auto& piece : { pieces.first, pieces.second })
            for (const auto value : piece)
                wrong += value == expected++ ? 0u : 1u;

        if (pieces.size() == 0)
            std::this_thread::yield();

        ring.discard (pieces.size());
    }

    producer.join();
    CHECK (wrong == 0);
    CHECK (ring.available() == 0);
    CHECK (ring.writePosition() == total);
}
