#include "Standalone/CommandLine/DevicesCommand.h"

#include "Standalone/CommandLine/AudioInput.h"
#include "Standalone/CommandLine/Output.h"

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
        complain (devices.error().message);
        return ExitCode::inputUnreadable;
    }

    for (const auto& device : devices.value())
        std::printf ("%s  (%s%s)\n", device.name.c_str(), device.system.c_str(), device.isDefault ? ", default" : "");
    return reportFailure (checkStandardOutput());
}

} // namespace kikitori::commandline
