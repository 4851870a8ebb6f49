#include "Platform/DiskSpace.h"

#include <limits>

namespace kikitori::platform
{

DiskSpace diskSpace (const std::filesystem::path& folder)
{
    std::error_code failed;
    const auto space = std::filesystem::space (folder, failed);
    return failed ? DiskSpace{ 0, std::numeric_limits<std::uint64_t>::max() }
                  : DiskSpace{ space.capacity, space.available };
}

} // namespace kikitori::platform
