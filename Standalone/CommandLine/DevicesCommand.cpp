#include "Standalone/CommandLine/DevicesCommand.h"

#include "Standalone/CommandLine/AudioInput.h"
#include "Standalone/CommandLine/Output.h"

#include <cstdio>

namespace kikitori::commandline
{

namespace
{

ExitCode listInputs (const std::string& device)
{
    const auto inputs = AudioInput::inputsOf (device);
    if (! inputs)
    {
        complain (inputs.error().message);
        return ExitCode::inputUnreadable;
    }

    for (std::size_t i = 0; i < inputs.value().size(); ++i)
        std::printf ("%zu  %s\n", i + 1, inputs.value()[i].c_str());
    return reportFailure (checkStandardOutput());
}

} // namespace

ExitCode runDevices (const DevicesOptions& options)
{
    if (! options.device.empty())
        return listInputs (options.device);
    if (options.checkOnly)
        return AudioInput::open ({}, {}) ? ExitCode::ok : ExitCode::inputUnreadable;

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
