/*  An upload whose work is done on the disk thread: what the socket gives is handed over piece by piece, and the socket is
    not read while too much of it waits.

    Threads: the I/O thread; the upload that is made, used and destroyed for it belongs to the disk thread.
    Failure: an upload that cannot be made answers 500.
*/
#pragma once

#include "Backend/Serving/DiskThread.h"
#include "Backend/Serving/Rest.h"

namespace kikitori::backend
{

class DiskUpload : public Upload
{
public:
    using Make = std::function<std::unique_ptr<Upload>()>;
    using Post = std::function<void (std::function<void()>)>;
    /** Bytes that wait for the disk before the socket is not read any more. */
    static constexpr std::size_t mostWaiting = 1u << 20;

    /** post: to the I/O thread; setReading: on the I/O thread, also after this object has gone. */
    DiskUpload (DiskThread& disk, Post post, std::function<void (bool mayRead)> setReading, Make make);
    ~DiskUpload() override;

    void add (std::string_view bytes) override;
    void finish (Answer answer) override;

private:
    struct Shared;

    void wake();

    DiskThread& disk;
    const std::shared_ptr<Shared> shared;
};

} // namespace kikitori::backend
