#include "KernelScene.h"

#include <cstring>
#include <type_traits>

using namespace kikitori::backend;

namespace
{
float lengthened (float x) { return x; }

float lengthened (ShortFloat x)
{
    const auto bits = static_cast<std::uint32_t> (x.bits) << 16;
    float value = 0.0f;
    std::memcpy (&value, &bits, sizeof (value));
    return value;
}

/** One head of two, with random numbers; expected() is computed in double precision. */
template <typename Cached>
class Attention
{
public:
    Attention (int headSize, int frameCount, int keys)
        : size (headSize), frames (frameCount), keyCount (keys), keyStride (keys + rowsInBlock),
          positionStride (keys + frameCount + rowsInBlock), query (numbers (area (frames, 2 * size), 11)),
          contentBias (numbers (area (size, 1), 12)), positionBias (numbers (area (size, 1), 13)),
          positions (numbers (area (size, positionStride), 14)),
          cachedKeys (shortened (numbers (area (size, keyStride), 15))),
          cachedValues (shortened (numbers (area (keyCount, 2 * size) + rowsInBlock, 16)))
    {
    }

    AttentionHead<Cached> head (std::vector<float>& scores, std::vector<float>& out) const
    {
        AttentionHead<Cached> h;
        h.size = size;
        h.frames = frames;
        h.keyCount = keyCount;
        h.stride = 2 * size;
        h.query = query.data();
        h.queryStride = 2 * size;
        h.contentBias = contentBias.data();
        h.positionBias = positionBias.data();
        h.keys = cachedKeys.data();
        h.values = cachedValues.data();
        h.positions = positions.data() + frames - 1;
        h.keyStride = keyStride;
        h.positionStride = positionStride;
        h.scores = scores.data();
        h.out = out.data();
        return h;
    }

    std::vector<float> expected() const
    {
        std::vector<float> out (area (frames, 2 * size));
        for (int f = 0; f < frames; ++f)
        {
            std::vector<double> weights;
            for (int key = 0; key < keyCount; ++key)
                weights.push_back (std::exp (score (f, key)));
            auto total = 0.0;
            for (const auto weight : weights)
                total += weight;
            for (int i = 0; i < size; ++i)
            {
                auto sum = 0.0;
                for (int key = 0; key < keyCount; ++key)
                    sum += weights[area (key, 1)] / total * at (cachedValues, area (key, 2 * size) + area (i, 1));
                out[area (f, 2 * size) + area (i, 1)] = static_cast<float> (sum);
            }
        }
        return out;
    }

private:
    static std::vector<Cached> shortened (const std::vector<float>& values)
    {
        if constexpr (std::is_same_v<Cached, float>)
            return values;
        else
        {
            std::vector<ShortFloat> shorter (values.size());
            availableKernels().back()->shorten (values.data(), static_cast<int> (values.size()), shorter.data());
            return shorter;
        }
    }

    template <typename Number>
    static double at (const std::vector<Number>& values, std::size_t i)
    {
        return static_cast<double> (lengthened (values[i]));
    }

    double score (int f, int key) const
    {
        auto sum = 0.0;
        for (int i = 0; i < size; ++i)
        {
            const auto row = area (i, 1);
            const auto q = at (query, area (f, 2 * size) + row);
            const auto position = at (positions, area (i, positionStride) + area (frames - 1 + key - f, 1));
            sum += (q + at (contentBias, row)) * at (cachedKeys, area (i, keyStride) + area (key, 1))
                   + (q + at (positionBias, row)) * position;
        }
        return sum / std::sqrt (static_cast<double> (size));
    }

    const int size, frames, keyCount, keyStride, positionStride;
    const std::vector<float> query, contentBias, positionBias, positions;
    const std::vector<Cached> cachedKeys, cachedValues;
};
} // namespace

TEST_CASE ("short floats are the nearest ones, on every kind of processor", "[kernels]")
{
    for (const auto count : { 1, 5, 16, 36, 144 })
    {
        const auto x = numbers (static_cast<std::size_t> (count), 8, 100.0f);
        forEachTable (
            [&] (const KernelTable& table)
            {
                std::vector<ShortFloat> y (x.size() + 1, ShortFloat{ 7 });
                table.shorten (x.data(), count, y.data());
                CHECK (y.back().bits == 7); // nothing is written beyond the end
                for (std::size_t i = 0; i < x.size(); ++i)
                    CHECK (std::abs (lengthened (y[i]) - x[i]) <= std::abs (x[i]) / 256.0f);
            });
    }
}

TEMPLATE_TEST_CASE ("attention equals its definition on every kind of processor", "[kernels]", float, ShortFloat)
{
    const auto frames = GENERATE (1, 2, 3, 4, 8);
    const auto size = GENERATE (16, 36);
    const Attention<TestType> attention (size, frames, 37);
    const auto expected = attention.expected();
    forEachTable (
        [&] (const KernelTable& table)
        {
            std::vector<float> out (expected.size()), scores (4 * 64);
            const auto head = attention.head (scores, out);
            if constexpr (std::is_same_v<TestType, float>)
                table.attend (head);
            else
                table.attendShort (head);
            checkClose (out, expected, 1e-5f);
        });
}
