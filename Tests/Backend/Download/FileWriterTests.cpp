#include "Backend/Download/FileWriter.h"

#include "Backend/Download/FileHash.h"
#include "Support/Catch.h"
#include "Support/TemporaryFolder.h"

using namespace kikitori::backend;

TEST_CASE ("a full disk is told as such, with the file and what to do", "[download]")
{
    FileWriter writer ("/dev/full");
    auto written = writer.write (std::string (100000, 'x'));
    const auto result = written ? writer.close() : written;
    REQUIRE_FALSE (result.ok());
    CHECK (result.error().code == "disk_full");
    CHECK (result.error().message.find ("/dev/full") != std::string::npos);
}

TEST_CASE ("what cannot be opened is told at the first byte, and at the end of an empty file", "[download]")
{
    FileWriter writer ("/nowhere/file");
    CHECK (writer.write (std::string ("x")).error().code == "write_failed");
    CHECK (FileWriter ("/nowhere/file").close().error().code == "write_failed");
}

TEST_CASE ("a file is begun anew, or gone on with", "[download]")
{
    const TemporaryFolder folder;
    const auto path = folder.write ("file", "old");
    {
        FileWriter writer (path);
        REQUIRE (writer.write (std::string ("ab")).ok());
        REQUIRE (writer.close().ok());
    }
    FileWriter writer (path, true);
    REQUIRE (writer.write (std::string ("c")).ok());
    REQUIRE (writer.close().ok());
    CHECK (sha256Of (path) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"); // printf abc
    CHECK (gitBlobSha1Of (path) == "f2ba8f84ab5c1bce84a7b441cb1959cfc7093b7f"); // printf abc | git hash-object --stdin
    CHECK (sha256Of (folder.path / "none").empty());
    CHECK (gitBlobSha1Of (folder.path / "none").empty());
}
