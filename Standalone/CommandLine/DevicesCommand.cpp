#include "Standalone/CommandLine/DevicesCommand.h"

#include "Standalone/CommandLine/AudioInput.h"

#include <cstdio>

namespace kikitori::commandline
{

ExitCode runDevices (const DevicesOptions& options)
{
    if (options.checkOnly)
        return AudioInput::open ("") ? ExitCode::ok : ExitCode::inputUnreadable;

    const auto devices = AudioInput::list();
    if (! devices)
    {
        std::fprintf (stderr, "kikitori: %s\n", devices.error().message.c_str());
        return ExitCode::inputUnreadable;
    }

    for (const auto& device : devices.value())
        std::printf ("%s  (%s%s)\n", device.name.c_str(), device.system.c_str(), device.isDefault ? ", default" : "");
    return ExitCode::ok;
}

} // namespace kikitori::commandline
