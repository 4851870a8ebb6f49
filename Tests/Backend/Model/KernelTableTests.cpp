#include "KernelScene.h"

using namespace kikitori::backend;

namespace
{
struct Sizes
{
    int rows, columns, frames;
};

const std::vector<Sizes> oddSizes{ { 1, 1, 1 },   { 16, 4, 1 },   { 17, 5, 2 },    { 58, 144, 3 },  { 144, 36, 4 },
                                   { 33, 47, 5 }, { 48, 48, 13 }, { 432, 144, 8 }, { 100, 576, 31 } };

struct Product
{
    explicit Product (const Sizes& s)
        : sizes (s), weights (numbers (area (s.rows, s.columns), 1)),
          bias (numbers (static_cast<std::size_t> (s.rows), 2)), x (numbers (area (s.frames, s.columns), 3, 2.0f))
    {
    }

    /** In double precision. */
    std::vector<float> expected (const std::vector<float>& before, Then then) const
    {
        std::vector<float> y (before);
        for (int f = 0; f < sizes.frames; ++f)
            for (int r = 0; r < sizes.rows; ++r)
            {
                auto sum = static_cast<double> (bias[static_cast<std::size_t> (r)]);
                for (int c = 0; c < sizes.columns; ++c)
                    sum += static_cast<double> (weights[area (r, sizes.columns) + static_cast<std::size_t> (c)])
                           * static_cast<double> (x[area (f, sizes.columns) + static_cast<std::size_t> (c)]);
                auto& value = y[area (f, sizes.rows) + static_cast<std::size_t> (r)];
                const auto product = static_cast<float> (sum);
                value = then == Then::store  ? product
                        : then == Then::relu ? std::max (0.0f, product)
                        : then == Then::silu ? product / (1.0f + std::exp (-product))
                        : then == Then::add  ? value + product
                                             : value + 0.5f * product;
            }
        return y;
    }

    const Sizes sizes;
    const std::vector<float> weights, bias, x;
};

std::vector<float> by8 (const KernelTable& table,
                        const Linear& linear,
                        const Product& p,
                        std::vector<float> y,
                        Then then)
{
    const auto m = linear.matrix8();
    const auto padded = m.groups * columnsInGroup;
    std::vector<std::int8_t> q (area (p.sizes.frames, padded));
    std::vector<QuantisedFrame> means;
    for (int f = 0; f < p.sizes.frames; ++f)
        means.push_back (table.quantise (p.x.data() + area (f, p.sizes.columns), p.sizes.columns, padded,
                                         q.data() + area (f, padded)));
    table.product8 (m, q.data(), means.data(), p.sizes.frames, y.data(), then);
    return y;
}

} // namespace

TEST_CASE ("the portable kernels are there on every processor, and the chosen ones are the first", "[kernels]")
{
    const auto available = availableKernels();
    CHECK (std::string (available.back()->name) == "portable");
    if (std::getenv ("KIKITORI_KERNELS") == nullptr)
        CHECK (&kernels() == available.front());
}

TEST_CASE ("products with fp32 weights are right for all sizes and on every kind of processor", "[kernels]")
{
    const auto then = GENERATE (Then::store, Then::relu, Then::silu, Then::add, Then::addHalf);
    for (const auto& sizes : oddSizes)
    {
        const Product p (sizes);
        const Linear linear (sizes.rows, sizes.columns, p.weights, p.bias, false);
        const auto before = numbers (area (sizes.frames, sizes.rows), 4);
        forEachTable (
            [&] (const KernelTable& table)
            {
                auto y = before;
                table.product32 (linear.matrix32(), p.x.data(), sizes.frames, y.data(), then);
                checkClose (y, p.expected (before, then), 1e-4f);
            });
    }
}

TEST_CASE ("products with int8 weights are near the exact ones, and the same on every kind of processor", "[kernels]")
{
    for (const auto& sizes : oddSizes)
    {
        const Product p (sizes);
        const Linear linear (sizes.rows, sizes.columns, p.weights, p.bias, true);
        const std::vector<float> before (area (sizes.frames, sizes.rows));
        const auto portable = by8 (*availableKernels().back(), linear, p, before, Then::store);
        const auto exact = p.expected (before, Then::store);
        // Of each factor at most half a step is lost: 1/254 and 1/510 of ranges of about 3 and 15 here.
        checkClose (portable, exact, 0.06f * std::sqrt (static_cast<float> (sizes.columns)));
        forEachTable ([&] (const KernelTable& table)
                      { checkClose (by8 (table, linear, p, before, Then::store), portable, 1e-5f); });
    }
}

TEST_CASE ("a frame's product does not depend on the frames beside it", "[kernels]")
{
    const Product p ({ 58, 144, 13 });
    const auto isInt8 = GENERATE (false, true);
    const Linear linear (58, 144, p.weights, p.bias, isInt8);
    std::vector<float> together (area (13, 58)), alone (together);
    apply (linear, p.x.data(), 13, together.data());
    for (int f = 0; f < 13; ++f)
        apply (linear, p.x.data() + area (f, 144), 1, alone.data() + area (f, 58));
    CHECK (together == alone);
}

TEST_CASE ("zero stays zero in 8 bits, and constant frames keep their value", "[kernels]")
{
    forEachTable (
        [] (const KernelTable& table)
        {
            std::vector<std::int8_t> q (20);
            for (const auto value : { 0.0f, 1.0f, -3.0f, 1e-30f, 60000.0f })
            {
                std::vector<float> x (19, value);
                x[7] = 0.0f;
                const auto frame = table.quantise (x.data(), 19, 20, q.data());
                auto sum = 0;
                for (const auto one : q)
                    sum += one;
                CHECK (frame.sum == sum);
                CHECK (q[7] == frame.zero);
                CHECK (frame.scale * static_cast<float> (q[3] - frame.zero) == Approx (value));
            }
        });
}

TEST_CASE ("the functions between the products equal their definitions on every kind of processor", "[kernels]")
{
    forEachTable (
        [] (const KernelTable& table)
        {
            for (const auto size : { 1, 5, 29, 36, 144 })
            {
                const auto count = static_cast<std::size_t> (size);
                const auto x = numbers (2 * count, 5, 4.0f);
                const auto w = numbers (count, 6), b = numbers (count, 7);
                std::vector<float> y (count), expected (count);
                auto mean = 0.0, squares = 0.0, sum = 0.0;

                for (std::size_t i = 0; i < count; ++i)
                    mean += static_cast<double> (x[i]) / size;
                for (std::size_t i = 0; i < count; ++i)
                    squares += std::pow (static_cast<double> (x[i]) - mean, 2.0) / size;
                for (std::size_t i = 0; i < count; ++i)
                    expected[i] =
                        static_cast<float> ((static_cast<double> (x[i]) - mean) / std::sqrt (squares + 1e-5)) * w[i]
                        + b[i];
                table.layerNorm (x.data(), w.data(), b.data(), size, 1, y.data());
                checkClose (y, expected, 1e-3f);

                for (std::size_t i = 0; i < count; ++i)
                    expected[i] = x[i] / (1.0f + std::exp (-x[count + i]));
                table.gatedLinearUnit (x.data(), size, 1, y.data());
                checkClose (y, expected, 1e-5f);

                for (std::size_t i = 0; i < count; ++i)
                    sum += std::exp (static_cast<double> (x[i]));
                for (std::size_t i = 0; i < count; ++i)
                    expected[i] = static_cast<float> (static_cast<double> (x[i]) - std::log (sum));
                y.assign (x.begin(), x.begin() + size);
                table.logSoftmax (y.data(), size);
                checkClose (y, expected, 1e-5f);

                for (auto& value : expected)
                    value = std::exp (value);
                y.assign (x.begin(), x.begin() + size);
                table.softmax (y.data(), size);
                checkClose (y, expected, 1e-5f);
            }
        });
}

TEST_CASE ("a filter's outputs are right, and the same bits wherever they lie among others", "[kernels]")
{
    constexpr int taps = 37, most = 203;
    const auto x = numbers (taps + most + 15, 5), weights = numbers (taps, 6), before = numbers (most, 7);
    std::vector<float> expected (before);
    for (int k = 0; k < most; ++k)
        for (int i = 0; i < taps; ++i)
            expected[static_cast<std::size_t> (k)] +=
                weights[static_cast<std::size_t> (i)] * x[static_cast<std::size_t> (k + i)];

    forEachTable (
        [&] (const KernelTable& table)
        {
            auto all = before;
            table.correlate (x.data(), weights.data(), taps, most, all.data());
            checkClose (all, expected, 1e-5f);
            for (const auto& [first, count] : { std::pair (0, 1), std::pair (3, 16), std::pair (18, 160), std::pair (100, 103) })
            {
                auto some = before;
                table.correlate (x.data() + first, weights.data(), taps, count, some.data() + first);
                std::copy (all.begin(), all.begin() + first, some.begin());
                std::copy (all.begin() + first + count, all.end(), some.begin() + first + count);
                CHECK (some == all);
            }
        });
}
