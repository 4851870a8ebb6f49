#include "Platform/DiskSpace.h"
#include "Support/TemporaryFolder.h"

using namespace kikitori::platform;

TEST_CASE ("a tenth of a disk stays free", "[files]")
{
    CHECK (DiskSpace{ 1000, 500 }.room() == 400);
    CHECK (DiskSpace{ 1000, 100 }.room() == 0);
    CHECK (DiskSpace{ 1000, 20 }.room() == 0);

    const TemporaryFolder folder;
    CHECK (diskSpace (folder.path).capacity > 0);
    CHECK (diskSpace (folder.path / "none" / "at all").room() > 0);
}
