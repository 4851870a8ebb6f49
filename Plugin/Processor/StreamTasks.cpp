// What a StreamControl does beside the stream: training, models, files.
#include "Plugin/Processor/StreamCore.h"

namespace kikitori::plugin
{

void StreamControl::tickTraining (bool editorVisible)
{
    const std::lock_guard lock (core->mutex);

    if (core->monitor != nullptr && core->approved.isApproved (core->settings.address))
        core->monitor->tick (editorVisible);
}

void StreamControl::startTraining (TrainingOrder order)
{
    if (! arm())
        return;

    const std::lock_guard lock (core->mutex);

    if (core->approved.isApproved (core->settings.address))
        core->monitor->startTraining (std::move (order));
    else
        core->notice = core->notApproved();
}

void StreamControl::stopTraining()
{
    if (! arm())
        return;

    const std::lock_guard lock (core->mutex);

    if (core->approved.isApproved (core->settings.address))
        core->monitor->stopTraining();
}

bool StreamControl::isTraining() const
{
    const std::lock_guard lock (core->mutex);
    return core->monitor != nullptr && core->monitor->isTraining();
}

TrainingView StreamControl::training() const
{
    const std::lock_guard lock (core->mutex);
    return core->monitor != nullptr ? core->monitor->view() : TrainingView{};
}

BackendCatalog* StreamControl::catalog()
{
    const std::lock_guard lock (core->mutex);
    return core->catalog != nullptr && core->approved.isApproved (core->settings.address) ? core->catalog : nullptr;
}

FileTranscriber* StreamControl::files()
{
    const std::lock_guard lock (core->mutex);
    return core->catalog != nullptr ? fileTranscriber.get() : nullptr;
}

bool StreamControl::transcribeFile (const std::string& path)
{
    if (! arm())
        return false;

    const std::lock_guard lock (core->mutex);

    if (! core->approved.isApproved (core->settings.address))
        core->notice = core->notApproved();
    else if (fileTranscriber->add (path, core->sessionConfig()) == 0)
        core->notice = Error{ "too_many_files", "There are " + std::to_string (FileTranscriber::mostJobs)
                                                    + " files in the list already; remove some first." };
    else
        return true;

    return false;
}

} // namespace kikitori::plugin
