#include "Backend/Serving/DiskUpload.h"

#include <utility>

namespace kikitori::backend
{

struct DiskUpload::Shared
{
    Post post;
    std::function<void (bool)> setReading;
    std::unique_ptr<Upload> upload; ///< of the disk thread

    std::mutex mutex; ///< guards what follows
    Make make;
    std::string waiting;
    Answer answer; ///< once the body is whole
    bool hasTask = false, isStopped = false, isGone = false;

    /** On the disk thread: everything that waits. */
    void work()
    {
        std::unique_lock lock (mutex);
        hasTask = false;
        const auto makeIt = std::exchange (make, {});
        const auto bytes = std::exchange (waiting, {});
        const auto finished = std::exchange (answer, {});
        const auto mustRead = std::exchange (isStopped, false);
        const auto hasGone = isGone;
        lock.unlock();

        if (mustRead && ! hasGone)
            post ([set = setReading] { set (true); });
        if (makeIt && ! hasGone)
            upload = makeIt();
        if (upload != nullptr && ! bytes.empty())
            upload->add (bytes);
        if (finished && upload != nullptr)
            upload->finish (finished);
        if (hasGone)
            upload.reset();
    }
};

DiskUpload::DiskUpload (DiskThread& diskToUse, Post post, std::function<void (bool)> setReading, Make make)
    : disk (diskToUse), shared (std::make_shared<Shared>())
{
    shared->post = std::move (post);
    shared->setReading = std::move (setReading);
    shared->make = std::move (make);
    wake();
}

DiskUpload::~DiskUpload()
{
    {
        const std::lock_guard lock (shared->mutex);
        shared->isGone = true;
        shared->answer = {};
    }

    wake();
}

void DiskUpload::wake()
{
    {
        const std::lock_guard lock (shared->mutex);

        if (std::exchange (shared->hasTask, true))
            return;
    }

    disk.goOn ([kept = shared] { kept->work(); });
}

void DiskUpload::add (std::string_view bytes)
{
    auto mustStop = false;
    {
        const std::lock_guard lock (shared->mutex);
        shared->waiting.append (bytes);
        mustStop = shared->waiting.size() > mostWaiting && ! std::exchange (shared->isStopped, true);
    }

    if (mustStop)
        shared->setReading (false);

    wake();
}

void DiskUpload::finish (Answer answer)
{
    {
        const std::lock_guard lock (shared->mutex);
        shared->answer = [post = shared->post, tell = std::move (answer)] (RestReply reply)
        { post ([tell, reply = std::move (reply)] { tell (reply); }); };
    }

    wake();
}

} // namespace kikitori::backend
