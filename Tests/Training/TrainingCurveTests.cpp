#include "Protocol/Messages.h"
#include "Support/Catch.h"
#include "Training/TrainingAnswers.h"

#include <nlohmann/json.hpp>

#include <cmath>
#include <fstream>

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

TEST_CASE ("the reference's recorded training is one curve, whose steps count through the epochs", "[training]")
{
    const auto recordings = nlohmann::json::parse (std::ifstream (KIKITORI_FIXTURES "/protocol/ws.json"));
    const auto& recorded = recordings["train_observer_full_run"]["events"];
    TrainingView view;

    for (const auto& event : recorded)
        if (event["dir"] == "recv")
        {
            const auto message = parseServerMessage (event["text"].get<std::string>());
            REQUIRE (message.ok());

            if (const auto* pushed = std::get_if<TrainingMessage> (&message.value()))
            {
                readPushed (*pushed, view);
                view.curves = withFigures (view.curves, view);
                CHECK (view.progress.value_or (0.0) <= 1.0);
            }
        }

    REQUIRE (view.curves.size() == 1);
    std::vector<double> steps;
    std::vector<double> losses;

    for (const auto& point : view.curves[0]->points)
    {
        steps.push_back (point.step);
        losses.push_back (std::round (*point.loss * 10.0) / 10.0);
    }

    CHECK (steps == std::vector<double>{ 0, 1, 2, 3, 4, 5 });
    CHECK (losses == std::vector<double>{ 50.4, 42.1, 40.5, 43.1, 41.5, 35.2 });
    CHECK (view.totalSteps == 6.0);
    CHECK (view.curves[0]->points[2].validationLoss.value_or (0.0) == Approx (32.975).margin (0.001));
    CHECK (view.curves[0]->points[5].validationLoss.value_or (0.0) == Approx (31.971).margin (0.001));
}
