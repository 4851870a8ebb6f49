#include "Plugin/Editor/TrainingRuns.h"

#include "Plugin/Editor/Look.h"
#include "Plugin/Editor/PageParts.h"

#include <array>
#include <map>

namespace kikitori::plugin
{

namespace
{
/** Told apart also by those who see red and green alike. */
juce::Colour colourOf (std::size_t run)
{
    const std::array<juce::Colour, 6> all{ colours::accent,           colours::warning,          colours::good,
                                           juce::Colour (0xffb58be8), juce::Colour (0xffe88bb5), colours::faint };
    return all[run % all.size()];
}

template <typename Figure>
ChartSeries line (const TrainingCurve& run, std::size_t index, const juce::String& name, Figure figure)
{
    ChartSeries one;
    one.name = name;
    one.colour = colourOf (index);
    for (const auto& point : run.points)
        if (const auto value = figure (point))
            one.points.emplace_back (point.step, *value);
    one.hasDots = one.points.size() <= 60;
    return one;
}
} // namespace

std::vector<TrainingCurve> comparableRuns (const TrainingView& view, const CatalogLists& lists, const Words& words)
{
    std::vector<TrainingCurve> runs;

    for (auto curve = view.curves.rbegin(); curve != view.curves.rend(); ++curve)
        if (! (*curve)->points.empty())
        {
            auto run = **curve;
            const bool isNow = curve == view.curves.rbegin() && view.isTraining;
            run.name = (run.name.empty() ? words ("Training") : utf8 (run.name)).toStdString()
                       + (isNow ? " (" + words ("now") + ")" : juce::String()).toStdString();
            runs.push_back (std::move (run));
        }

    // The newest checkpoint of a run holds the figures of all its epochs.
    std::map<std::string, const CatalogModel*> newest;
    for (const auto& model : lists.models)
        if (! model.history.empty())
        {
            auto& best = newest[model.model + "-" + model.dataset + " " + model.startedAt.substr (0, 16)];
            if (best == nullptr || model.history.size() > best->history.size())
                best = &model;
        }

    for (const auto& [name, model] : newest)
    {
        TrainingCurve run{ name, {} };
        for (const auto& epoch : model->history)
            run.points.push_back ({ epoch.step,
                                    epoch.epoch,
                                    epoch.loss,
                                    epoch.validationLoss,
                                    epoch.wordErrorRate ? epoch.wordErrorRate : epoch.characterErrorRate,
                                    {} });
        runs.push_back (std::move (run));
    }

    return runs;
}

std::vector<ChartSeries> seriesFor (const std::vector<TrainingCurve>& runs, ChartKind kind, const Words& words)
{
    std::vector<ChartSeries> lines;

    for (std::size_t i = 0; i < runs.size(); ++i)
    {
        const auto& run = runs[i];
        const auto prefix = runs.size() > 1 ? utf8 (run.name) + " " : juce::String();

        if (kind == ChartKind::loss)
        {
            lines.push_back (line (run, i, prefix + words ("training"), [] (const auto& p) { return p.loss; }));
            lines.push_back (
                line (run, i, prefix + words ("validation"), [] (const auto& p) { return p.validationLoss; }));
            lines.back().isDashed = true;
            lines.back().hasDots = true;
            if (runs.size() == 1)
                lines.back().colour = colourOf (1);
        }
        else if (kind == ChartKind::errorRate)
            lines.push_back (line (run, i, prefix + words ("error rate"), [] (const auto& p) { return p.errorRate; }));
        else
            lines.push_back (
                line (run, i, prefix + words ("learning rate"), [] (const auto& p) { return p.learningRate; }));
    }

    std::erase_if (lines, [] (const auto& one) { return one.points.empty(); });
    return lines;
}

} // namespace kikitori::plugin
