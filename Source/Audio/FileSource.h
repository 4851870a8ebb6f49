/*  An audio file, or the audio of a pipe, as a sample source, decoded while it plays.

    Threads: one at a time.
    Failure: an error names the file, what is wrong with it and which formats are read.
*/
#pragma once

#include "Audio/SampleSource.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

namespace kikitori
{

class RecordingSource : public SampleSource
{
public:
    virtual const std::vector<AudioTrack>& tracks() const = 0;
    virtual int track() const = 0; ///< the one that is read, from 1
};

/** isCancelled: asked while it opens; later, cancel() counts. Errors: file_missing, unreadable_audio, no_track,
    no_channel, cancelled. */
Result<std::unique_ptr<RecordingSource>> openAudioFile (const std::filesystem::path& file,
                                                        std::function<bool()> isCancelled = {},
                                                        AudioChoice choice = {});

/** Fills bytes of a stream and gives their number, 0 at its end, and soon after isCancelled() says so. */
using PipeReader = std::function<std::size_t (std::span<char> bytes, const std::function<bool()>& isCancelled)>;

/** name: for messages. Errors: unreadable_audio, no_track, no_channel. */
Result<std::unique_ptr<RecordingSource>> openAudioPipe (PipeReader pipe,
                                                        const std::string& name,
                                                        AudioChoice choice = {});

} // namespace kikitori
