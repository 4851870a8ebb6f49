#include "Standalone/CommandLine/RecordingTexts.h"

namespace kikitori::commandline
{

namespace
{

std::string labelOf (std::span<const AudioTrack> tracks, int track)
{
    return trackLabel (track, tracks[static_cast<std::size_t> (track - 1)]);
}

} // namespace

std::string defaultTrackText (const std::string& input, std::span<const AudioTrack> tracks, int track)
{
    if (tracks.size() < 2)
        return {};
    return input + ": Track " + labelOf (tracks, track) + " of " + std::to_string (tracks.size())
           + " is transcribed. Choose another with --track.";
}

std::vector<std::string> noteTexts (const std::string& input,
                                    std::span<const AudioTrack> tracks,
                                    int track,
                                    const RecordingNotes& notes)
{
    std::vector<std::string> texts;

    if (notes.soundingTrack > 0)
        texts.push_back (input + ": Track " + labelOf (tracks, track) + " is silent, and track "
                         + labelOf (tracks, notes.soundingTrack) + " is not. Transcribe it with --track "
                         + std::to_string (notes.soundingTrack) + ".");
    if (notes.channelsCancelled)
        texts.push_back (input + ": The channels cancel each other out, so only the loudest was transcribed. Choose another "
                                 "with --channel.");
    return texts;
}

} // namespace kikitori::commandline
