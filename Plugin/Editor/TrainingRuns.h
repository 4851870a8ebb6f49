/*  The runs that the charts compare: those seen by this window's processor, and those whose figures the backend's
    checkpoints hold.

    Threads: message thread; pure.
    Failure: none.
*/
#pragma once

#include "Catalog/CatalogView.h"
#include "Plugin/Editor/LineChart.h"
#include "Training/TrainingMonitor.h"

namespace kikitori::plugin
{

enum class ChartKind
{
    loss,
    errorRate,
    learningRate
};

/** The runs, the newest first; a run that goes on is the first. A checkpoint's belong to the run that has the most of
    them; the names tell model, data set and when it began. */
std::vector<TrainingCurve> comparableRuns (const TrainingView& view, const CatalogLists& lists, const Words& words);

/** The lines of the chosen runs. */
std::vector<ChartSeries> seriesFor (const std::vector<TrainingCurve>& runs, ChartKind kind, const Words& words);

} // namespace kikitori::plugin
