// What a StreamControl does beside the stream: training, models, files.
#include "Plugin/Processor/FileQueue.h"
#include "Plugin/Processor/StreamCore.h"

namespace kikitori::plugin
{

void StreamControl::tickTraining (bool editorVisible)
{
    if (isArmed())
        core->approved.refresh();

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

/** Under the core's mutex. */
bool StreamControl::mayTranscribeFiles()
{
    if (core->approved.isApproved (core->settings.address))
        return true;

    core->notice = core->notApproved();
    return false;
}

bool StreamControl::transcribeFile (const std::string& path)
{
    if (! arm())
        return false;

    const std::lock_guard lock (core->mutex);

    if (! mayTranscribeFiles())
        return false;
    if (fileTranscriber->add (path, core->sessionConfig()) != 0)
        return true;

    core->notice = Error{ "too_many_files", "There are " + std::to_string (FileTranscriber::mostJobs)
                                                + " files in the list already; remove some first." };
    return false;
}

bool StreamControl::resumeFile (int job)
{
    if (! arm())
        return false;

    const std::lock_guard lock (core->mutex);

    if (! mayTranscribeFiles())
        return false;

    fileTranscriber->resume (job, core->sessionConfig());
    return true;
}

bool StreamControl::chooseAudio (int job, AudioChoice choice)
{
    if (! arm())
        return false;

    const std::lock_guard lock (core->mutex);

    if (! mayTranscribeFiles())
        return false;

    fileTranscriber->choose (job, choice, core->sessionConfig());
    return true;
}

void StreamControl::openFiles()
{
    // A page that is only looked at starts nothing.
    if (FileQueue::exists (services.fileQueue) && arm())
        fileTranscriber->open();
}

} // namespace kikitori::plugin
