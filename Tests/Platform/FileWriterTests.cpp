#include "Platform/FileWriter.h"

#include "Disk.h"
#include "Support/FullDisk.h"

#include <random>
#include <thread>

#include <sys/resource.h>
#include <unistd.h>

using namespace kikitori;
using namespace kikitori::platform;
using namespace kikitori::test;

TEST_CASE ("A written file holds the bytes and nothing lies beside it")
{
    const TemporaryFolder folder;
    const auto file = folder.path / "talk.srt";
    const std::string bytes ("one\0two", 7);
    REQUIRE (writeFile (file, bytes).ok());
    CHECK (contentOf (file) == bytes);
    REQUIRE (writeFile (file, "").ok());
    CHECK (contentOf (file).empty());
    CHECK (entriesOf (folder.path) == 1);
}

TEST_CASE ("On a full file system a save leaves the old file or the new one, never less, 100 times")
{
    const TemporaryFolder folder;
    const auto file = folder.path / "good.srt";
    std::minstd_rand random (16);
    std::string kept = "the first";
    REQUIRE (writeFile (file, kept).ok());
    int saved = 0;

    for (int round = 0; round < 100; ++round)
    {
        const std::string next (1 + random() % 200000, static_cast<char> ('a' + random() % 26));
        const auto room = static_cast<std::int64_t> (random() % 250000);
        Status result = success();
        {
            const FullDisk full (room);
            result = writeFile (file, next);
        }
        CHECK (result.ok() == (room >= static_cast<std::int64_t> (next.size())));

        if (result.ok())
        {
            kept = next;
            ++saved;
        }
        else
        {
            CHECK (result.error().code == "write_failed");
            CHECK (result.error().message.find (file.string()) != std::string::npos);
            CHECK (result.error().message.find ("Free some space") != std::string::npos);
        }

        REQUIRE (contentOf (file) == kept);
        REQUIRE (entriesOf (folder.path) == 1);
    }

    CHECK (saved > 20);
    CHECK (saved < 95);
}

TEST_CASE ("A file that the disk does not take in the end is an error, and the old one stays")
{
    const TemporaryFolder folder;
    const auto file = folder.write ("good.srt", "old");
    const FullDisk full (1 << 20);
    FullDisk::failSync (EIO);
    CHECK_FALSE (writeFile (file, "new").ok());
    CHECK (contentOf (file) == "old");
    CHECK (entriesOf (folder.path) == 1);
}

TEST_CASE ("The file and its folder are flushed before a save is said to be done")
{
    const TemporaryFolder folder;
    const auto before = FullDisk::syncs();
    REQUIRE (writeFile (folder.path / "a", "b").ok());
    CHECK (FullDisk::syncs() - before == 2);
}

TEST_CASE ("Pieces become the file with commit() and without it change nothing")
{
    const TemporaryFolder folder;
    const auto file = folder.write ("a.txt", "old");
    {
        auto writer = FileWriter::create (file);
        REQUIRE (writer.ok());
        REQUIRE (writer.value().write ("new").ok());
    }
    CHECK (contentOf (file) == "old");
    CHECK (entriesOf (folder.path) == 1);

    auto writer = FileWriter::create (file);
    REQUIRE (writer.ok());
    auto moved = std::move (writer).value();
    REQUIRE (moved.write ("new ").ok());
    REQUIRE (moved.write ("one").ok());
    CHECK (contentOf (file) == "old");
    REQUIRE (moved.commit().ok());
    CHECK (contentOf (file) == "new one");
    CHECK (entriesOf (folder.path) == 1);
}

TEST_CASE ("Permissions: an existing file keeps its own, a private one is 0600, a new one follows the user's mask")
{
    const TemporaryFolder folder;
    const auto mask = ::umask (027);
    REQUIRE (writeFile (folder.path / "new", "x").ok());
    REQUIRE (writeFile (folder.path / "private", "x", Access::ownerOnly).ok());
    ::umask (mask);
    CHECK (modeOf (folder.path / "new") == 0640);
    CHECK (modeOf (folder.path / "private") == 0600);

    const auto file = folder.write ("old", "x");
    REQUIRE (::chmod (file.c_str(), 0664) == 0);
    REQUIRE (writeFile (file, "y").ok());
    CHECK (modeOf (file) == 0664);
    REQUIRE (writeFile (file, "z", Access::ownerOnly).ok());
    CHECK (modeOf (file) == 0600);
}

TEST_CASE ("A link stays a link: what it points at is written, also where that is new")
{
    const TemporaryFolder folder;
    std::filesystem::create_directory (folder.path / "far");
    const auto file = folder.write ("far/real", "old");
    std::filesystem::create_symlink ("far/real", folder.path / "link");
    std::filesystem::create_symlink ("far/none", folder.path / "dangling");
    std::filesystem::create_symlink ("loop", folder.path / "loop");
    REQUIRE (writeFile (folder.path / "link", "new").ok());
    REQUIRE (writeFile (folder.path / "dangling", "made").ok());
    CHECK (std::filesystem::is_symlink (folder.path / "link"));
    CHECK (contentOf (file) == "new");
    CHECK (std::filesystem::is_symlink (folder.path / "dangling"));
    CHECK (contentOf (folder.path / "far" / "none") == "made");
    CHECK_FALSE (writeFile (folder.path / "loop", "x").ok());
}

TEST_CASE ("What is no plain file is written directly")
{
    CHECK (writeFile ("/dev/null", "x").ok());
    CHECK (checkWritable ("/dev/null").ok());
    CHECK (std::filesystem::is_character_file ("/dev/null"));
    const auto full = writeFile ("/dev/full", "x");
    REQUIRE_FALSE (full.ok());
    CHECK (full.error().message.find ("/dev/full") != std::string::npos);
}

TEST_CASE ("What cannot be written is found before the work and says what to do")
{
    const TemporaryFolder folder;
    CHECK (checkWritable (folder.path / "new.srt").ok());
    CHECK (checkWritable (folder.write ("old.srt", "x")).ok());
    CHECK (entriesOf (folder.path) == 1);
    CHECK (contentOf (folder.path / "old.srt") == "x");

    const auto missing = checkWritable (folder.path / "missing" / "x.srt");
    REQUIRE_FALSE (missing.ok());
    CHECK (missing.error().message.find ("Create the folder") != std::string::npos);
    CHECK_FALSE (checkWritable (folder.path).ok());
    CHECK_FALSE (checkWritable (folder.path / "old.srt" / "x").ok());
    CHECK_FALSE (checkWritable (folder.path / std::string (300, 'x')).ok());
    CHECK (checkWritable (folder.path / std::string (255, 'x')).ok());
    CHECK_FALSE (checkWritable ("/proc/x.srt").ok());

    std::filesystem::create_directory (folder.path / "closed");
    const auto file = folder.write ("closed/x.srt", "x");
    std::filesystem::permissions (folder.path / "closed", std::filesystem::perms (0500));

    // The superuser may write everywhere.
    if (::geteuid() != 0)
    {
        CHECK_FALSE (checkWritable (file).ok());
        std::filesystem::permissions (file, std::filesystem::perms (0400));
        CHECK_FALSE (checkWritable (file).ok());
    }

    std::filesystem::permissions (folder.path / "closed", std::filesystem::perms (0700));
}

TEST_CASE ("A process's limit on the size of files is an error and not the end of the host")
{
    const TemporaryFolder folder;
    const auto file = folder.write ("good", "old");
    rlimit before{};
    REQUIRE (::getrlimit (RLIMIT_FSIZE, &before) == 0);
    auto small = before;
    small.rlim_cur = 1000;
    REQUIRE (::setrlimit (RLIMIT_FSIZE, &small) == 0);
    const auto result = writeFile (file, std::string (2000, 'x'));
    REQUIRE (::setrlimit (RLIMIT_FSIZE, &before) == 0);
    CHECK_FALSE (result.ok());
    CHECK (contentOf (file) == "old");
}

TEST_CASE ("Two that write one file at once leave one of the two contents")
{
    const TemporaryFolder folder;
    const auto file = folder.path / "both";
    const auto writeOften = [&file] (char letter)
    {
        for (int i = 0; i < 50; ++i)
            static_cast<void> (writeFile (file, std::string (10000, letter)));
    };
    std::thread other (writeOften, 'b');
    writeOften ('a');
    other.join();
    const auto content = contentOf (file);
    CHECK ((content == std::string (10000, 'a') || content == std::string (10000, 'b')));
    CHECK (entriesOf (folder.path) == 1);
}

TEST_CASE ("Folders are made for their user alone; a file in the way is an error")
{
    const TemporaryFolder folder;
    REQUIRE (makeFolder (folder.path / "a" / "b").ok());
    CHECK (modeOf (folder.path / "a") == 0700);
    REQUIRE (makeFolder (folder.path / "a" / "b").ok());
    folder.write ("file", "x");
    CHECK_FALSE (makeFolder (folder.path / "file").ok());
    CHECK_FALSE (makeFolder (folder.path / "file" / "c").ok());
}

TEST_CASE ("What a killed writer left is removed a day later")
{
    const TemporaryFolder folder;
    const auto old = folder.write (".kikitori-1-2-3", "x");
    folder.write (".kikitori-4-5-6", "x");
    folder.write ("mine", "x");
    std::filesystem::last_write_time (old, std::filesystem::file_time_type::clock::now() - std::chrono::hours (30));
    removeLeftovers (folder.path);
    CHECK_FALSE (std::filesystem::exists (old));
    CHECK (entriesOf (folder.path) == 2);
    removeLeftovers (folder.path / "missing");
}
