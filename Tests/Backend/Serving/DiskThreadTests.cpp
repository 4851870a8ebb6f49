#include "Backend/Serving/DiskThread.h"
#include "Backend/Serving/DiskUpload.h"
#include "Support/Catch.h"

#include <future>
#include <vector>

using namespace kikitori::backend;

namespace
{
/** What came to an upload, and where. */
struct Seen
{
    std::string bytes;
    std::vector<std::thread::id> threads;
    std::size_t pieces = 0;
    bool isGone = false;
};

class NotedUpload : public Upload
{
public:
    explicit NotedUpload (Seen& seenHere) : seen (seenHere) { note(); }
    ~NotedUpload() override
    {
        note();
        seen.isGone = true;
    }

    void add (std::string_view bytes) override
    {
        note();
        seen.bytes += bytes;
        ++seen.pieces;
    }

    void finish (Answer answer) override
    {
        note();
        answer (failure (418, std::to_string (seen.bytes.size())));
    }

private:
    void note() { seen.threads.push_back (std::this_thread::get_id()); }

    Seen& seen;
};
} // namespace

TEST_CASE ("the disk thread takes a bounded number of requests, does them in order and all of them", "[serving]")
{
    std::promise<void> go;
    std::vector<std::size_t> done;
    {
        DiskThread disk;
        std::promise<void> begun;
        REQUIRE (disk.submit (
            [&]
            {
                begun.set_value();
                go.get_future().wait();
            }));
        begun.get_future().wait();

        for (std::size_t i = 0; i < DiskThread::mostRequests; ++i)
            REQUIRE (disk.submit ([&done, i] { done.push_back (i); }));

        CHECK (disk.isFull());
        CHECK_FALSE (disk.submit ([&done] { done.push_back (1000); }));
        disk.goOn ([&done] { done.push_back (2000); }); // of a request that was taken
        go.set_value();
    }

    REQUIRE (done.size() == DiskThread::mostRequests + 1);
    CHECK (std::is_sorted (done.begin(), done.end()));
    CHECK (done.back() == 2000);
}

TEST_CASE ("an upload's bytes reach the disk thread whole, and its socket is not read while too many wait", "[serving]")
{
    Seen seen;
    std::vector<bool> reading;
    std::promise<RestReply> replied;
    std::promise<void> go, begun;
    std::string all;
    std::mutex mutex;
    std::vector<std::function<void()>> posted;
    {
        DiskThread disk;
        REQUIRE (disk.submit (
            [&]
            {
                begun.set_value();
                go.get_future().wait();
            }));
        begun.get_future().wait();
        const auto post = [&] (const std::function<void()>& task)
        {
            const std::lock_guard lock (mutex);
            posted.push_back (task);
        };
        DiskUpload upload (
            disk, post, [&reading] (bool may) { reading.push_back (may); },
            [&seen] { return std::make_unique<NotedUpload> (seen); });

        for (int i = 0; i < 40; ++i)
        {
            const std::string piece (65536, static_cast<char> ('a' + i % 26));
            all += piece;
            upload.add (piece);
        }

        CHECK (reading == std::vector{ false }); // once
        upload.finish ([&replied] (const RestReply& reply) { replied.set_value (reply); });
        go.set_value();

        // The answer comes as a posted task.
        for (auto future = replied.get_future(); future.wait_for (std::chrono::milliseconds (1)) != std::future_status::ready;)
        {
            std::vector<std::function<void()>> ready;
            {
                const std::lock_guard lock (mutex);
                ready.swap (posted);
            }

            for (const auto& task : ready)
                task();
        }
    }

    CHECK (seen.bytes == all);
    CHECK (seen.isGone);
    CHECK (reading == std::vector{ false, true });

    for (const auto id : seen.threads)
        CHECK (id != std::this_thread::get_id());
}
