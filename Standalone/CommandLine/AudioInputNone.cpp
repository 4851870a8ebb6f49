#include "Standalone/CommandLine/AudioInput.h"

namespace kikitori::commandline
{

namespace
{

Error noAudio()
{
    return { "no_audio", "this build of kikitori has no audio devices; build it with -DKIKITORI_BUILD_PLUGIN=ON, or "
                         "give `kikitori transcribe` a file" };
}

} // namespace

Result<std::vector<AudioInputDevice>> AudioInput::list() { return noAudio(); }

Result<std::vector<std::string>> AudioInput::inputsOf (const std::string&) { return noAudio(); }

Result<std::unique_ptr<AudioInput>> AudioInput::open (const std::string&, const std::string&) { return noAudio(); }

} // namespace kikitori::commandline
