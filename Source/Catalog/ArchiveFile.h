/*  A download that becomes a file: written by a thread of its own beside its place, checked, then renamed. The network
    thread never waits for the disk: when mostWaiting bytes wait, the connection rests.

    Threads: take(), hasRoom() and finish() on the transport's thread; the rest from any other thread, which close()
    and the destructor may make wait for the disk. One owner joins the thread.
    Failure: told once through `ended`, on the file's thread: write_failed with the file and what to do, incomplete.
   Then, and after cancel(), nothing is left behind; a file that was there before stays whole.
*/
#pragma once

#include "Core/Result.h"
#include "Network/Transport.h"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <functional>
#include <mutex>
#include <thread>

namespace kikitori
{

class ArchiveFile final : public HttpSink
{
public:
    static constexpr std::size_t mostWaiting = 8u << 20;
    using Ended = std::function<void (Status)>;

    ArchiveFile (std::filesystem::path fileToMake, Ended endedToTell);
    ~ArchiveFile() override;

    ArchiveFile (const ArchiveFile&) = delete;
    ArchiveFile& operator= (const ArchiveFile&) = delete;

    bool hasRoom() const override;
    void take (std::string_view piece, std::optional<std::uint64_t> total) override;
    /** Everything has come. */
    void finish();

    /** Nothing more is written, and what was goes away. `ended` is not called. */
    void cancel();
    /** Cancels what is not finished, and joins. */
    void close();

    std::uint64_t received() const noexcept { return bytes.load (std::memory_order_relaxed); }
    std::uint64_t announced() const noexcept { return expected.load (std::memory_order_relaxed); } ///< 0 = not known
    bool hasEnded() const noexcept { return isOver.load (std::memory_order_acquire); }
    const std::filesystem::path& path() const noexcept { return file; }

private:
    enum class Order
    {
        write,
        finish,
        cancel
    };

    void run();
    Status writeAll();

    const std::filesystem::path file;
    const Ended ended;
    std::atomic<std::uint64_t> bytes{ 0 }, expected{ 0 };
    std::atomic<bool> isOver{ false };

    mutable std::mutex mutex;
    std::condition_variable wake;
    std::deque<std::string> waiting; ///< under the mutex, as the two below
    std::size_t waitingBytes = 0;
    Order order = Order::write;
    std::thread thread;
};

} // namespace kikitori
