#include "Platform/Process.h"

#include <cerrno>
#include <csignal>

#include <unistd.h>

namespace kikitori::platform
{

bool isProcessThere (int id) noexcept { return ::kill (id, 0) == 0 || errno == EPERM; }

void endProcessWithin (std::chrono::seconds time) noexcept { ::alarm (static_cast<unsigned int> (time.count())); }

} // namespace kikitori::platform
