// The bounds of the replay buffer: seconds, memory, disk, and what happens when each is reached.
#include "DiskFaults.h"
#include "ReplayScene.h"
#include "Session/ReplayBudget.h"
#include "SessionScene.h"
#include "Support/TemporaryFolder.h"

#include <cerrno>

#include <sys/resource.h>
#include <sys/stat.h>

using namespace kikitori;
using namespace kikitori::test;
using S = LifecycleState;

namespace
{

constexpr std::int64_t block = static_cast<std::int64_t> (ReplayBlocks::blockSamples);

/** Memory for so many blocks, all the disk, no limit of time. */
ReplayBuffer::Limits memoryFor (std::size_t blocks, const std::filesystem::path& folder = {})
{
    return { 1'000'000'000, ReplayBudget::memory().inUse() + blocks * ReplayBlocks::blockBytes, 1u << 30, folder };
}

std::string audio (std::int64_t from, std::int64_t to)
{
    return "a" + std::to_string (from) + "-" + std::to_string (to) + " ";
}

} // namespace

TEST_CASE ("beyond the memory limit the oldest audio goes to disk and comes back whole", "[replay][spill]")
{
    const auto before = ReplayBudget::memory().inUse();
    {
        ReplayBuffer buffer (memoryFor (4));
        buffer.append (0, numbers (0, 20 * block + 7));
        CHECK (ReplayBudget::memory().inUse() <= before + 4 * ReplayBlocks::blockBytes);
        CHECK (buffer.bytesInMemory() == 4 * ReplayBlocks::blockBytes);
        CHECK (buffer.bytesOnDisk() == 17 * ReplayBlocks::blockBytes);
        CHECK_FALSE (buffer.takeLost());
        CHECK_FALSE (buffer.trouble());

        CHECK (sendAll (buffer, 3000) == audio (0, 20 * block + 7));
        buffer.acknowledge (2 * block + 100);
        CHECK (buffer.bytesOnDisk() == 15 * ReplayBlocks::blockBytes);
        buffer.append (20 * block + 7, numbers (20 * block + 7, 3 * block));
        buffer.rewind();
        CHECK (sendAll (buffer) == audio (2 * block + 100, 23 * block + 7));

        buffer.acknowledge (23 * block);
        CHECK (buffer.bytesOnDisk() == 0);
        CHECK (ReplayBudget::disk().inUse() == 0);
    }
    CHECK (ReplayBudget::memory().inUse() == before);
}

TEST_CASE ("the memory limit holds for all streams of the process together", "[replay][spill]")
{
    const auto limits = memoryFor (6);
    ReplayBuffer first (limits);
    first.append (0, numbers (0, 6 * block));
    CHECK (first.bytesOnDisk() == 0);

    // What every stream gets in any case, and not a block more.
    ReplayBuffer second (limits);
    second.append (0, numbers (0, 10 * block));
    CHECK (second.bytesInMemory() == ReplayBlocks::granted * ReplayBlocks::blockBytes);
    CHECK (second.bytesOnDisk() == 8 * ReplayBlocks::blockBytes);
    CHECK (sendAll (second) == audio (0, 10 * block));

    first.release();
    CHECK (first.end() == 6 * block);
    second.append (10 * block, numbers (10 * block, 3 * block));
    CHECK (second.bytesOnDisk() == 8 * ReplayBlocks::blockBytes);
}

TEST_CASE ("audio on disk has no name and is for this user alone", "[replay][spill]")
{
    const TemporaryFolder folder;
    ReplayBuffer buffer (memoryFor (2, folder.path));
    buffer.append (0, numbers (0, 9 * block));
    REQUIRE (buffer.bytesOnDisk() > 0);
    CHECK (std::filesystem::is_empty (folder.path));

    auto found = 0;

    for (const auto& entry : std::filesystem::directory_iterator ("/proc/self/fd"))
    {
        std::error_code gone;

        if (std::filesystem::read_symlink (entry.path(), gone).string().find (folder.path.string()) != 0)
            continue;

        struct stat facts
        {
        };
        REQUIRE (::stat (entry.path().c_str(), &facts) == 0);
        CHECK ((facts.st_mode & 0777) == 0600);
        CHECK (facts.st_nlink == 0);
        CHECK (facts.st_size == static_cast<off_t> (buffer.bytesOnDisk()));
        ++found;
    }

    CHECK (found == 1);
}

TEST_CASE ("without a folder to write to the oldest is dropped, marked, and the reason told", "[replay][spill]")
{
    const TemporaryFolder folder;
    const auto file = folder.write ("no-folder", "");

    for (const auto& place : { folder.path / "missing", file })
    {
        ReplayBuffer buffer (memoryFor (4, place));
        buffer.append (0, numbers (0, 10 * block));
        CHECK (buffer.takeLost() == ReplayBuffer::Gap{ 0, 6 * block });
        REQUIRE (buffer.trouble());
        CHECK (buffer.trouble()->code == "spill_failed");
        CHECK (buffer.trouble()->message.find (place.string()) != std::string::npos);
        CHECK (sendAll (buffer) == audio (6 * block, 10 * block));
    }
}

TEST_CASE ("a full disk keeps what is on it and drops the oldest", "[replay][spill]")
{
    DiskFaults disk;
    ReplayBuffer buffer (memoryFor (4));
    disk.failWritesAfter (5 * static_cast<std::int64_t> (ReplayBlocks::blockBytes) + 1000, ENOSPC);
    buffer.append (0, numbers (0, 20 * block));

    // Five blocks fit; later ones take the place of dropped ones only when the disk takes them.
    const auto lost = buffer.takeLost();
    REQUIRE (lost);
    CHECK (lost->position == 0);
    REQUIRE (buffer.trouble());
    CHECK (buffer.trouble()->message.find ("No space left") != std::string::npos);
    CHECK (sendAll (buffer) == audio (lost->samples, 20 * block));

    disk.failWritesAfter (1 << 30, ENOSPC);
    buffer.append (20 * block, numbers (20 * block, 5 * block));
    CHECK_FALSE (buffer.takeLost());
    buffer.rewind();
    CHECK (sendAll (buffer) == audio (lost->samples, 25 * block));
}

TEST_CASE ("the process's file size limit is respected, not run into", "[replay][spill]")
{
    rlimit before{};
    REQUIRE (::getrlimit (RLIMIT_FSIZE, &before) == 0);
    auto small = before;
    small.rlim_cur = 3 * ReplayBlocks::blockBytes;
    REQUIRE (::setrlimit (RLIMIT_FSIZE, &small) == 0);
    ReplayBuffer buffer (memoryFor (2));
    buffer.append (0, numbers (0, 20 * block)); // would end the program by SIGXFSZ
    REQUIRE (::setrlimit (RLIMIT_FSIZE, &before) == 0);
    CHECK (buffer.takeLost() == ReplayBuffer::Gap{ 0, 15 * block });
    CHECK (sendAll (buffer) == audio (15 * block, 20 * block));
}

TEST_CASE ("the disk limit drops the oldest", "[replay][spill]")
{
    auto limits = memoryFor (2);
    limits.diskBytes = 3 * ReplayBlocks::blockBytes;
    ReplayBuffer buffer (limits);
    buffer.append (0, numbers (0, 20 * block));
    CHECK (buffer.bytesOnDisk() == limits.diskBytes);
    CHECK (buffer.takeLost() == ReplayBuffer::Gap{ 0, 15 * block });
}

TEST_CASE ("what the disk does not give back is a gap, not silence and not a hang", "[replay][spill]")
{
    DiskFaults disk;
    ReplayBuffer buffer (memoryFor (4));
    buffer.append (0, numbers (0, 6 * block));
    disk.failReads (EIO);
    CHECK (sendAll (buffer)
           == "g0+" + std::to_string (block) + " g" + std::to_string (block) + "+" + std::to_string (block) + " "
                  + audio (2 * block, 6 * block));
    CHECK (buffer.takeLost() == ReplayBuffer::Gap{ 0, 2 * block });
    CHECK (buffer.keptSamples() == 4 * block);
    REQUIRE (buffer.trouble());
}

TEST_CASE ("sent audio that was dropped before its acknowledgement is lost when a rewind needs it", "[replay][spill]")
{
    ReplayBuffer buffer ({ 4 * block });
    buffer.append (0, numbers (0, 4 * block));
    sendAll (buffer);
    buffer.append (4 * block, numbers (4 * block, 2 * block));
    CHECK_FALSE (buffer.takeLost()); // the backend has it and may still understand it
    CHECK (buffer.hasHole());

    SECTION ("acknowledged in time, nothing is lost")
    {
        buffer.acknowledge (2 * block);
        buffer.rewind();
        CHECK_FALSE (buffer.takeLost());
    }

    SECTION ("acknowledged in part")
    {
        buffer.acknowledge (block);
        buffer.rewind();
        CHECK (buffer.takeLost() == ReplayBuffer::Gap{ block, block });
    }

    SECTION ("not acknowledged")
    {
        buffer.rewind();
        CHECK (buffer.takeLost() == ReplayBuffer::Gap{ 0, 2 * block });
    }

    CHECK_FALSE (buffer.hasHole());
    CHECK (sendAll (buffer) == audio (2 * block, 6 * block));
}

TEST_CASE ("a host that jumps with every block cannot fill the memory with marks", "[replay][spill]")
{
    ReplayBuffer buffer ({ 1'000'000'000 });

    for (std::int64_t i = 0; i < 250'000; ++i)
    {
        const float sample = 0.0f;
        buffer.append (i, { &sample, 1 });
        buffer.appendFlush (i + 1);
    }

    CHECK (buffer.keptSamples() <= 100'000);
    CHECK (buffer.bytesInMemory() < 25 * ReplayBlocks::blockBytes);
    CHECK (buffer.takeLost());
}

TEST_CASE ("an outage longer than memory and time allow is shown, and ends with true times", "[session][spill]")
{
    const TemporaryFolder folder;
    SessionScene scene;
    SessionConfig config;
    config.limits.replay = seconds (5);
    config.limits.replayMemory = ReplayBudget::memory().inUse() + 20 * ReplayBlocks::blockBytes;
    config.replayFolder = folder.path.string();
    scene.start (config);
    scene.speak (Milliseconds (1500));
    scene.backend.accepts = false;
    scene.backend.cut();
    scene.speak (seconds (3));

    auto snapshot = scene.session.snapshot();
    CHECK (snapshot.replay.kept > seconds (4));
    CHECK (snapshot.replay.most == seconds (5));
    CHECK (snapshot.replay.memoryBytes <= 21 * ReplayBlocks::blockBytes);
    CHECK (snapshot.replay.diskBytes > 20 * ReplayBlocks::blockBytes);
    CHECK_FALSE (snapshot.replay.isDropping);

    scene.speak (seconds (7));
    snapshot = scene.session.snapshot();
    CHECK (snapshot.replay.kept <= seconds (5));
    CHECK (snapshot.replay.isDropping);
    CHECK (describe (snapshot).find ("lost") != std::string::npos);

    scene.backend.accepts = true;
    scene.speak (seconds (9));
    scene.session.stop();
    scene.wait (seconds (1));
    CHECK (scene.session.state() == S::idle);
    CHECK (scene.backend.wrongSamples == 0);
    CHECK (scene.backend.wrongPositions == 0);
    CHECK (scene.backend.position == scene.spoken);
    snapshot = scene.session.snapshot();
    CHECK (snapshot.replay.kept == seconds (0));
    CHECK (snapshot.replay.memoryBytes == 0);
    CHECK (snapshot.replay.diskBytes == 0);

    // The words of the dropped stretch that had come before the outage stay, unconfirmed, before the gap.
    const auto transcript = scene.session.transcript();
    REQUIRE (transcript->gaps.size() == 1);
    CHECK (transcript->gaps[0].startSample == 0);
    CHECK (transcript->gaps[0].samples == static_cast<std::int64_t> (snapshot.counters.lost));
    REQUIRE (transcript->finals.size() > 2);
    CHECK (transcript->finals[0].text == "p0");
    CHECK_FALSE (transcript->finals[0].confirmed);
    CHECK (transcript->finals[1].startSample == transcript->gaps[0].samples);
    CHECK (transcript->finals[1].gapBefore);
}
