#include "Support/Catch.h"
#include "Training/TrainingMonitor.h"

using namespace kikitori;

namespace
{

TrainingView at (double step, double epoch, double loss)
{
    TrainingView view;
    view.step = step;
    view.epoch = epoch;
    view.loss = loss;
    return view;
}

} // namespace

TEST_CASE ("figures become points, each once, with validations where they came", "[training]")
{
    TrainingCurves curves;
    curves = withFigures (curves, at (10, 1, 3.0));
    curves = withFigures (curves, at (10, 1, 3.0));
    auto validated = at (10, 1, 3.0);
    validated.validationLoss = 2.5;
    validated.wordErrorRate = 0.4;
    curves = withFigures (curves, validated);
    auto later = at (20, 2, 2.0);
    later.validationLoss = 2.5; // the view still holds it
    later.wordErrorRate = 0.4;
    curves = withFigures (curves, later);

    REQUIRE (curves.size() == 1);
    const auto& points = curves[0]->points;
    REQUIRE (points.size() == 2);
    CHECK (points[0].validationLoss == 2.5);
    CHECK (points[0].errorRate == 0.4);
    CHECK_FALSE (points[1].validationLoss);
    CHECK (points[1].loss == 2.0);
    CHECK (withFigures (curves, TrainingView{}) == curves);
}

TEST_CASE ("a training that begins anew gets a curve of its own; the oldest goes", "[training]")
{
    TrainingCurves curves;
    curves = withFigures (curves, at (100, 5, 1.0));
    curves = withFigures (curves, at (10, 1, 3.0));
    CHECK (curves.size() == 2);
    curves = withNewCurve (curves, "a-b");
    curves = withNewCurve (curves, "a-c"); // the empty one before it is dropped
    REQUIRE (curves.size() == 3);
    CHECK (curves.back()->name == "a-c");

    for (int i = 0; i < 20; ++i)
        curves = withFigures (withNewCurve (curves, std::to_string (i)), at (1, 1, 1.0));
    CHECK (curves.size() == mostCurves);
    CHECK (curves.back()->name == "19");
}

TEST_CASE ("a training of any length stays within its bound and keeps its validations", "[training]")
{
    TrainingCurves curves;
    auto view = at (0, 1, 1.0);

    for (int step = 1; step <= 6000; ++step)
    {
        view.step = step;
        view.loss = 1.0 / step;
        if (step % 1000 == 0)
            view.validationLoss = 100.0 + step;
        curves = withFigures (curves, view);
        REQUIRE (curves.back()->points.size() <= mostCurvePoints);
    }

    int validations = 0;
    double last = 0.0;
    for (const auto& point : curves.back()->points)
    {
        CHECK (point.step >= last);
        last = point.step;
        validations += point.validationLoss ? 1 : 0;
    }
    CHECK (validations == 6);
    CHECK (curves.back()->points.back().step == 6000.0);
}
