#include "Plugin/Editor/FileTexts.h"

#include "Plugin/Editor/PageParts.h"
#include "Plugin/Editor/StatusText.h"

namespace kikitori::plugin
{

namespace
{
juce::String secondsText (std::chrono::milliseconds time, const Words& words)
{
    // A line never ends between a number and its unit.
    return words ("%1 s", juce::String (static_cast<double> (time.count()) / 1000.0, 2)).replaceCharacter (' ', 0xa0);
}
} // namespace

juce::String fileName (const FileJob& job) { return juce::File (utf8 (job.path)).getFileName(); }

namespace
{
/** Puts pieces together again from one on, so that each is a file; false where that cannot be. */
bool joinPieces (const juce::Array<juce::File>& pieces,
                 const juce::File& workingDirectory,
                 int from,
                 juce::StringArray& paths)
{
    constexpr int mostPieces = 32; // of one path

    if (from == pieces.size())
        return true;

    auto path = pieces[from].getFullPathName();
    for (int next = from + 1;; ++next)
    {
        if (juce::File (path).existsAsFile())
        {
            paths.add (path);
            if (joinPieces (pieces, workingDirectory, next, paths))
                return true;
            paths.remove (paths.size() - 1);
        }
        if (next == pieces.size() || next - from == mostPieces)
            return false;

        // What stood behind the colon: the rest of a name, or of a path whose folder ends with a colon.
        const auto whole = path + ":" + pieces[next].getFullPathName();
        const auto begin = juce::File (path).isDirectory() ? path + "/:" : path + ":";
        const auto rest = begin + pieces[next].getRelativePathFrom (workingDirectory);
        path = juce::File (whole).exists() || ! pieces[next].isAChildOf (workingDirectory) ? whole : rest;
    }
}
} // namespace

juce::StringArray pickedPaths (const juce::Array<juce::File>& picked, const juce::File& workingDirectory)
{
    juce::StringArray paths;
    if (! joinPieces (picked, workingDirectory, 0, paths))
        for (const auto& file : picked)
            paths.add (file.getFullPathName());
    return paths;
}

std::optional<double> fileProgress (const FileJob& job)
{
    if (job.state == FileJob::State::done)
        return 1.0;
    if (job.seconds <= 0.0)
        return std::nullopt;
    return juce::jlimit (0.0, 1.0, job.processed / job.seconds);
}

juce::String fileState (const FileJob& job, const Words& words)
{
    switch (job.state)
    {
        case FileJob::State::waiting: return words ("waits");
        case FileJob::State::starting: return words ("loads the model");
        case FileJob::State::running:
            if (const auto share = fileProgress (job))
                return juce::String (juce::roundToInt (*share * 100.0)) + " %";
            return clockTime (job.processed);
        case FileJob::State::done:
            if (! job.error)
                return words ("done");
            return job.error->code == "no_words" ? words ("no words") : words ("incomplete");
        case FileJob::State::failed: return words ("failed");
        case FileJob::State::cancelled: return words ("cancelled");
        case FileJob::State::interrupted: return words ("interrupted");
    }

    return {};
}

juce::String fileNotes (const FileJob& job, const Words& words)
{
    const auto label = [&job] (int track)
    {
        return track > 0 && track <= std::ssize (job.tracks)
                   ? utf8 (trackLabel (track, job.tracks[static_cast<std::size_t> (track - 1)]))
                   : juce::String (track);
    };
    juce::StringArray notes;

    if (job.notes.soundingTrack > 0)
        notes.add (words ("Track %1 is silent. Choose track %2, which has sound.", label (job.track),
                          label (job.notes.soundingTrack)));
    if (job.notes.channelsCancelled)
        notes.add (words ("The channels cancel each other out, so only the loudest was transcribed."));

    return notes.joinIntoString ("\n");
}

juce::StringArray trackNames (const FileJob& job)
{
    juce::StringArray names;
    for (int track = 1; track <= std::ssize (job.tracks) && job.tracks.size() > 1; ++track)
        names.add (utf8 (trackLabel (track, job.tracks[static_cast<std::size_t> (track - 1)])));
    return names;
}

juce::StringArray channelNames (const FileJob& job, const Words& words)
{
    const auto channels = job.track > 0 && job.track <= std::ssize (job.tracks)
                              ? job.tracks[static_cast<std::size_t> (job.track - 1)].channels
                              : 0;
    juce::StringArray names;
    if (channels > 1)
        names.add (words ("Mix"));
    for (int channel = 1; channel <= channels && channels > 1; ++channel)
        names.add (juce::String (channel));
    return names;
}

int channelIndex (ChannelChoice choice)
{
    return choice.kind == ChannelChoice::Kind::numbered ? choice.number + 1 : 0;
}

ChannelChoice channelAt (int index)
{
    return index > 0 ? ChannelChoice{ ChannelChoice::Kind::numbered, static_cast<std::uint8_t> (index - 1) }
                     : ChannelChoice{};
}

juce::String fileTimes (const FileJob& job, const Words& words)
{
    juce::StringArray times;

    if (job.times.firstOutput)
        times.add (words ("First words after %1", secondsText (*job.times.firstOutput, words)));
    if (job.times.inference)
        times.add (words ("inference %1", secondsText (*job.times.inference, words)));
    if (job.times.total)
        times.add (words ("in all %1", secondsText (*job.times.total, words)));
    if (job.state == FileJob::State::done && job.times.inference && job.times.inference->count() > 0
        && job.processed > 0.0)
        times.add (
            words ("%1 times as fast as it is spoken",
                   juce::String (job.processed * 1000.0 / static_cast<double> (job.times.inference->count()), 1)));
    if (! job.model.empty())
        times.add (utf8 (job.model));

    return times.joinIntoString (juce::String::fromUTF8 ("  ·  "));
}

} // namespace kikitori::plugin
