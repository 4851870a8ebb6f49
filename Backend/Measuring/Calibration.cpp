#include "Backend/Measuring/Calibration.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace kikitori::backend
{

namespace
{
double logOdds (double p)
{
    p = std::clamp (p, 1e-4, 1.0 - 1e-4);
    return std::log (p / (1.0 - p));
}

/** The confidences as `curve` has them, from those of `current`. */
std::vector<HeardWord> underCurve (std::vector<HeardWord> words,
                                   const ConfidenceCurve& current,
                                   const ConfidenceCurve& curve)
{
    for (auto& word : words)
    {
        const auto score = (logOdds (word.confidence) - static_cast<double> (current.offset))
                           / std::max (1e-3, static_cast<double> (current.slope));
        word.confidence = static_cast<double> (curve.calibrated (static_cast<float> (1.0 / (1.0 + std::exp (-score)))));
    }

    return words;
}
} // namespace

double calibrationError (const std::vector<HeardWord>& words)
{
    struct Range
    {
        double confidence = 0.0, right = 0.0;
    };

    std::array<Range, 10> ranges;

    for (const auto& word : words)
    {
        auto& range = ranges[std::min<std::size_t> (9, static_cast<std::size_t> (word.confidence * 10.0))];
        range.confidence += word.confidence;
        range.right += word.isRight ? 1.0 : 0.0;
    }

    auto error = 0.0;

    for (const auto& range : ranges)
        error += std::abs (range.confidence - range.right);

    return words.empty() ? 0.0 : error / static_cast<double> (words.size());
}

ConfidenceCurve fitConfidence (const std::vector<HeardWord>& words, const ConfidenceCurve& current)
{
    auto slope = 1.0, offset = 0.0;

    for (int step = 0; step < 50; ++step)
    {
        auto g0 = 0.0, g1 = 0.0, h00 = 1e-6, h01 = 0.0, h11 = 1e-6;
        const auto add = [&] (double x, bool isRight)
        {
            const auto p = 1.0 / (1.0 + std::exp (-(slope * x + offset)));
            const auto weight = p * (1.0 - p);
            g0 += (isRight ? 1.0 : 0.0) - p;
            g1 += ((isRight ? 1.0 : 0.0) - p) * x;
            h00 += weight;
            h01 += weight * x;
            h11 += weight * x * x;
        };

        for (const auto& word : words)
            add (logOdds (word.confidence), word.isRight);

        add (3.0, true);
        add (-3.0, false);
        add (3.0, false);
        add (-3.0, true);
        const auto determinant = h00 * h11 - h01 * h01;
        offset += std::clamp ((h11 * g0 - h01 * g1) / determinant, -1.0, 1.0);
        slope = std::max (0.0, slope + std::clamp ((h00 * g1 - h01 * g0) / determinant, -0.5, 0.5));
    }

    return { static_cast<float> (slope * static_cast<double> (current.slope)),
             static_cast<float> (slope * static_cast<double> (current.offset) + offset) };
}

double crossValidatedError (const std::vector<HeardWord>& words, const ConfidenceCurve& current)
{
    std::array<std::vector<HeardWord>, 2> halves;

    for (std::size_t i = 0; i < words.size(); ++i)
        halves[i % 2].push_back (words[i]);

    std::vector<HeardWord> all;

    for (std::size_t i = 0; i < 2; ++i)
    {
        const auto measured = underCurve (halves[i], current, fitConfidence (halves[1 - i], current));
        all.insert (all.end(), measured.begin(), measured.end());
    }

    return calibrationError (all);
}

} // namespace kikitori::backend
