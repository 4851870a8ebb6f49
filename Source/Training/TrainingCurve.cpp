#include "Training/TrainingCurve.h"

#include "Training/TrainingMonitor.h"

#include <algorithm>

namespace kikitori
{

namespace
{
void thin (std::vector<CurvePoint>& points)
{
    std::vector<CurvePoint> kept;
    kept.reserve (points.size() / 2 + 1);

    for (std::size_t i = 0; i < points.size(); ++i)
        if (i % 2 == 0 || points[i].validationLoss || points[i].errorRate || i + 1 == points.size())
            kept.push_back (points[i]);

    // All of them validations: then every second of these goes.
    if (kept.size() == points.size())
    {
        for (std::size_t i = 0; i < kept.size() / 2; ++i)
            kept[i] = kept[2 * i];
        kept.resize (kept.size() / 2);
    }

    points = std::move (kept);
}
} // namespace

TrainingCurves withNewCurve (const TrainingCurves& curves, const std::string& name)
{
    auto next = curves;

    // One that never got a figure is no run to compare with.
    if (! next.empty() && next.back()->points.empty())
        next.pop_back();

    next.push_back (std::make_shared<const TrainingCurve> (TrainingCurve{ name, {} }));

    if (next.size() > mostCurves)
        next.erase (next.begin());

    return next;
}

TrainingCurves withFigures (const TrainingCurves& curves, const TrainingView& view)
{
    CurvePoint point{ view.step, view.epoch, view.loss, view.validationLoss, {}, view.learningRate };
    point.errorRate = view.wordErrorRate ? view.wordErrorRate : view.characterErrorRate;

    if (! point.loss && ! point.validationLoss && ! point.errorRate && ! point.learningRate)
        return curves;

    const auto* last = curves.empty() || curves.back()->points.empty() ? nullptr : &curves.back()->points.back();

    if (last != nullptr && point == *last)
        return curves;

    // Version 1 counts the steps within the epoch in one of its shapes: another epoch is no new training.
    const bool isAnother = last != nullptr && point.step < last->step && point.epoch <= last->epoch;
    auto next = curves.empty() || isAnother ? withNewCurve (curves, {}) : curves;
    auto grown = std::make_shared<TrainingCurve> (*next.back());
    auto& points = grown->points;

    if (! points.empty())
    {
        // A validation is shown where it came, not again with every later step.
        const auto isOld = [&points] (auto figure, auto CurvePoint::*member)
        {
            for (auto earlier = points.rbegin(); earlier != points.rend(); ++earlier)
                if ((*earlier).*member)
                    return (*earlier).*member == figure;
            return false;
        };

        if (isOld (point.validationLoss, &CurvePoint::validationLoss))
            point.validationLoss.reset();
        if (isOld (point.errorRate, &CurvePoint::errorRate))
            point.errorRate.reset();

        point.step = std::max (point.step, points.back().step);
    }

    if (! points.empty() && points.back().step == point.step)
    {
        auto& same = points.back();
        same.loss = point.loss ? point.loss : same.loss;
        same.learningRate = point.learningRate ? point.learningRate : same.learningRate;
        same.validationLoss = point.validationLoss ? point.validationLoss : same.validationLoss;
        same.errorRate = point.errorRate ? point.errorRate : same.errorRate;
    }
    else
        points.push_back (point);

    if (points.size() > mostCurvePoints)
        thin (points);

    next.back() = std::move (grown);
    return next;
}

} // namespace kikitori
