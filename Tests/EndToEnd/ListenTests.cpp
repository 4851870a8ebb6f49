#include "Rig.h"
#include "Support/Catch.h"

#include <fstream>

using namespace kikitori::testing;

namespace
{

/** An ALSA configuration of its own: without any device, or with a microphone that plays a raw file. */
void useAudioDevices (Rig& rig, bool withMicrophone)
{
    std::ofstream (rig.file ("speech.raw"), std::ios::binary) << std::string (48000 * 2, '\0');
    std::ofstream config (rig.file ("asound.conf"));
    if (withMicrophone)
        config << "</usr/share/alsa/alsa.conf>\n"
                  "pcm.fakemicrophone {\n type file\n slave.pcm \"null\"\n file /dev/null\n infile \""
               << rig.file ("speech.raw")
               << "\"\n format raw\n hint { show on\n description \"Fake microphone\" }\n}\n";
    rig.set ("ALSA_CONFIG_PATH", rig.file ("asound.conf"));
    rig.set ("DISPLAY", "");
}

bool hasAudioDevices (const Rig& rig)
{
    return rig.runClient ({ "devices" }).errors.find ("this build") == std::string::npos;
}

} // namespace

TEST_CASE ("without an audio input, listen and devices end with code 3 and say what to do")
{
    Rig rig;
    useAudioDevices (rig, false);
    for (const char* command : { "devices", "listen" })
    {
        const auto result = rig.runClient ({ command });
        CHECK (result.code == 3);
        CHECK (result.errors.find ("kikitori: ") == 0);
    }
    CHECK (rig.runClient ({ "devices", "--check" }).code == 3);
}

#ifdef __linux__
TEST_CASE ("a microphone is listed and heard, without a display")
{
    Rig rig;
    useAudioDevices (rig, true);
    if (! hasAudioDevices (rig))
    {
        WARN ("not tested: this build has no audio devices");
        return;
    }

    const auto devices = rig.runClient ({ "devices" });
    CHECK (devices.code == 0);
    CHECK (devices.output.find ("Fake microphone") != std::string::npos);
    CHECK (rig.runClient ({ "devices", "--check" }).code == 0);
    CHECK (rig.runClient ({ "listen", "--device", "no such device" }).code == 3);

    const auto heard = rig.runClient ({ "listen", "--device", "fake", "--seconds", "1", "--format", "json" });
    INFO (heard.errors);
    CHECK (heard.code == 6); // it hears silence, and says so
    CHECK (heard.errors.find ("No words were recognized. The recording is silent") != std::string::npos);
    CHECK (nlohmann::json::parse (heard.output, nullptr, false).is_object());
}

TEST_CASE ("an input of a device is chosen by its number or name")
{
    Rig rig;
    useAudioDevices (rig, true);
    if (! hasAudioDevices (rig))
    {
        WARN ("not tested: this build has no audio devices");
        return;
    }
    CHECK (rig.runClient ({ "devices", "--device", "fake" }).output.find ("1  channel 1\n2  channel 2\n") == 0);
    CHECK (rig.runClient ({ "devices", "--device", "no such device" }).code == 3);

    /** Listens to two inputs with these levels. */
    const auto listen = [&rig] (float first, float second, const std::string& options)
    {
        std::string sound; // floats, as JUCE asks ALSA for first
        for (int i = 0; i < 48000; ++i)
            for (const auto level : { first, second })
                sound.append (reinterpret_cast<const char*> (&level), sizeof level);
        std::ofstream (rig.file ("sound.raw"), std::ios::binary) << sound;

        // The device is read as fast as it gives, also before the stream begins, and reads silence at once where nobody
        // has the other end open: it must not run dry, nor be closed between two rounds.
        const auto raw = "'" + rig.file ("speech.raw") + "'";
        return rig.runScript ("rm " + raw + " && mkfifo " + raw
                              + " && { timeout 60 sh -c 'exec 3<>\"$1\"; while :; do cat \"$0\" >&3; done' '"
                              + rig.file ("sound.raw") + "' " + raw + " 2>/dev/null & } && writer=$!\n"
                              + "\"$kikitori\" listen --device fake --seconds 1 " + options
                              + "; code=$?\nkill $writer; exit $code");
    };
    const auto isSilent = [&] (float first, float second, const std::string& options)
    { return listen (first, second, options).errors.find ("The recording is silent") != std::string::npos; };

    CHECK (isSilent (0.5f, 0.0f, "--channel 2"));
    CHECK (isSilent (0.5f, 0.0f, "--channel 'Channel 2'"));
    CHECK_FALSE (isSilent (0.0f, 0.5f, "--channel 2"));
    CHECK_FALSE (isSilent (0.5f, 0.0f, ""));
    CHECK_FALSE (isSilent (0.0f, 0.5f, ""));

    const auto none = listen (0.0f, 0.0f, "--channel headphones");
    CHECK (none.code == 3);
    CHECK (none.errors.find ("there is no input \"headphones\"; there are: 1 channel 1, 2 channel 2, ")
           != std::string::npos);
}
#endif
