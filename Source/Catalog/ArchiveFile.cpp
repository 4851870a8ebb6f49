#include "Catalog/ArchiveFile.h"

#include "Core/Guarded.h"
#include "Platform/FileWriter.h"

namespace kikitori
{

namespace
{
constexpr std::chrono::milliseconds look{ 500 };
} // namespace

ArchiveFile::ArchiveFile (std::filesystem::path fileToMake, Ended endedToTell)
    : file (std::move (fileToMake)), ended (std::move (endedToTell)), thread (guardedThread ("catalog", [this] { run(); }))
{
}

ArchiveFile::~ArchiveFile() { close(); }

bool ArchiveFile::hasRoom() const
{
    const std::lock_guard lock (mutex);
    return waitingBytes < mostWaiting;
}

void ArchiveFile::take (std::string_view piece, std::optional<std::uint64_t> total)
{
    expected.store (total.value_or (0), std::memory_order_relaxed);
    bytes.fetch_add (piece.size(), std::memory_order_relaxed);
    {
        const std::lock_guard lock (mutex);

        if (order != Order::write || hasEnded())
            return;

        waiting.emplace_back (piece);
        waitingBytes += piece.size();
    }
    wake.notify_one();
}

void ArchiveFile::finish()
{
    {
        const std::lock_guard lock (mutex);
        if (order == Order::write)
            order = Order::finish;
    }
    wake.notify_one();
}

void ArchiveFile::cancel()
{
    {
        const std::lock_guard lock (mutex);
        order = Order::cancel;
    }
    wake.notify_one();
}

void ArchiveFile::close()
{
    if (! hasEnded())
        cancel();
    if (thread.joinable())
        thread.join();
}

void ArchiveFile::run()
{
    auto result = guarded ("catalog", [this] { return writeAll(); });
    bool isCancelled = false;
    {
        const std::lock_guard lock (mutex);
        isCancelled = order == Order::cancel;
        waiting.clear();
        waitingBytes = 0;
    }

    isOver.store (true, std::memory_order_release);

    if (! isCancelled)
        ended (std::move (result));
}

Status ArchiveFile::writeAll()
{
    auto writer = platform::FileWriter::create (file);
    std::uint64_t written = 0;

    if (! writer)
        return writer.error();

    for (;;)
    {
        std::deque<std::string> pieces;
        auto what = Order::write;
        {
            std::unique_lock lock (mutex);
            wake.wait_for (lock, look, [this] { return ! waiting.empty() || order != Order::write; });
            pieces.swap (waiting);
            waitingBytes = 0;
            what = order;
        }

        if (what == Order::cancel)
            return success();

        for (const auto& piece : pieces)
        {
            if (auto done = writer.value().write (piece); ! done)
                return done;

            written += piece.size();
        }

        if (what == Order::finish)
            break;
    }

    const auto wanted = announced();

    if (wanted != 0 && written != wanted)
        return Error{ "incomplete", "Only " + std::to_string (written) + " of " + std::to_string (wanted)
                                        + " bytes came; try again." };

    return writer.value().commit();
}

} // namespace kikitori
