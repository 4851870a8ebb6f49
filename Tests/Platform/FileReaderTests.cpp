#include "Platform/FileReader.h"
#include "Support/TemporaryFolder.h"

#include <array>
#include <thread>

#include <sys/stat.h>

using namespace kikitori;

TEST_CASE ("a file is read at any place, and a change is noticed", "[files]")
{
    const TemporaryFolder folder;
    const auto file = folder.write ("a", "0123456789");
    const auto reader = platform::FileReader::open (file);
    REQUIRE (reader);
    CHECK (reader.value().isPlain());
    CHECK (reader.value().size() == 10);
    CHECK_FALSE (reader.value().hasChanged());

    std::array<char, 4> target{};
    CHECK (reader.value().readAt (3, target).value() == 4);
    CHECK (std::string (target.data(), 4) == "3456");
    CHECK (reader.value().readAt (8, target).value() == 2);
    CHECK (reader.value().readAt (20, target).value() == 0);

    std::filesystem::resize_file (file, 5);
    CHECK (reader.value().hasChanged());
    CHECK (reader.value().readAt (3, target).value() == 2);
}

TEST_CASE ("what is no file has its reason", "[files]")
{
    const TemporaryFolder folder;
    CHECK (platform::FileReader::open (folder.path / "none").error().code == "file_missing");
    CHECK (platform::FileReader::open (folder.path).error().code == "read_failed");
    CHECK (platform::FileReader::open (folder.path / std::string (300, 'n')).error().code == "read_failed");
}

TEST_CASE ("a pipe is read to its end, and its wait can be cancelled", "[files]")
{
    const TemporaryFolder folder;
    const auto pipe = folder.path / "pipe";
    REQUIRE (::mkfifo (pipe.c_str(), 0600) == 0);
    const auto reader = platform::FileReader::open (pipe);
    REQUIRE (reader);
    CHECK_FALSE (reader.value().isPlain());

    auto asked = 0;
    std::array<char, 16> target{};
    CHECK (reader.value().readNext (target, [&asked] { return ++asked > 2; }) == 0);

    std::thread writer ([&pipe] { std::ofstream (pipe) << "words"; });
    const auto never = [] { return false; };
    CHECK (reader.value().readNext (target, never) == 5);
    CHECK (reader.value().readNext (target, never) == 0);
    writer.join();
}
