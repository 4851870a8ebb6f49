/*  The figures of a training as they came, for charts: thinned so that the longest training fits.

    Threads: plain values and pure functions.
    Failure: none; figures that are not finite are left out.
*/
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace kikitori
{

struct CurvePoint
{
    double step = 0.0;
    double epoch = 0.0;
    std::optional<double> loss, validationLoss, errorRate, learningRate; ///< the rate as a share, 0.1 = 10 %

    bool operator== (const CurvePoint&) const = default;
};

struct TrainingCurve
{
    std::string name;
    std::vector<CurvePoint> points; ///< steps never go back
};

struct TrainingView;

/** The curves of the trainings that were seen, the newest last. */
using TrainingCurves = std::vector<std::shared_ptr<const TrainingCurve>>;

inline constexpr std::size_t mostCurves = 8;
/** Past it every second point that has no validation goes. */
inline constexpr std::size_t mostCurvePoints = 2000;

/** Adds what the view holds now, where it is new. A step far below the last one begins another curve. */
TrainingCurves withFigures (const TrainingCurves& curves, const TrainingView& view);

/** An empty curve after the others, for a training that begins. */
TrainingCurves withNewCurve (const TrainingCurves& curves, const std::string& name);

} // namespace kikitori
