/*  Saves a transcript in the format that a file's name asks for.

    Threads: message thread.
    Failure: save_failed with the file and what to do; the file that was there before stays whole.
*/
#pragma once

#include "Core/Result.h"
#include "Export/TranscriptExport.h"

#include <juce_core/juce_core.h>
#include <optional>

namespace kikitori::plugin
{

/** "*.txt;*.srt;...", for a file chooser. */
juce::String transcriptFilePatterns();

/** The ending that a file's name asks for; "txt" where it is none of the known ones. */
juce::String transcriptExtension (const juce::File& file);

/** A name without one of the known endings is saved as text. takeTitle: of text with several takes. */
Status saveTranscript (const TranscriptSnapshot& transcript, const juce::File& file, const TakeTitle& takeTitle = {});

/** A new folder below the system's temporary one that only this user can read; it goes with this object. */
class PrivateFolder
{
public:
    PrivateFolder() = default;
    ~PrivateFolder();
    PrivateFolder (const PrivateFolder&) = delete;
    PrivateFolder& operator= (const PrivateFolder&) = delete;

    /** The folder, made anew and empty. */
    Result<juce::File> make();

private:
    void remove();

    std::optional<juce::File> folder;
};

} // namespace kikitori::plugin
