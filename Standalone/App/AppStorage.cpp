#include "Standalone/App/AppStorage.h"

#include <utility>

namespace kikitori::app
{

namespace
{
Error notKept (const Error& why)
{
    return { "journal_failed", "New words are not saved while you speak. " + why.message };
}
} // namespace

AppStorage::AppStorage (std::filesystem::path settings, std::filesystem::path transcripts, juce::File former)
    : settingsFile (std::move (settings)), formerFile (std::move (former)), files (std::move (transcripts)),
      journal ([this] { return files.open(); },
               [this] (const Error& why)
               {
                   const std::lock_guard lock (mutex);
                   if (told != nullptr)
                       told->stream().setNotice (notKept (why));
               })
{
}

std::unique_ptr<juce::XmlElement> AppStorage::restore (plugin::KikitoriProcessor& processor)
{
    {
        const std::lock_guard lock (mutex);
        told = &processor;
    }

    auto settings = readAppSettings (settingsFile);
    const auto found = files.restore();
    restored = found.transcript;

    if (settings && ! settings.value().state.isEmpty())
    {
        const auto& state = settings.value().state;
        processor.setStateInformation (state.getData(), static_cast<int> (state.getSize()));
    }

    // Settings bring no transcript along.
    processor.stream().setEarlier (restored);

    if (found.wasKilled && restored != nullptr)
        processor.stream().setNotice (Error{ "transcript_restored",
                                             "Kikitori did not quit properly. The transcript was restored." });
    if (! found.damaged.empty())
        processor.stream().setNotice (Error{ "state_unread", "Some of the transcript in " + found.damaged.string()
                                                                 + " is damaged. The file stays where it is." });
    if (found.trouble)
        processor.stream().setNotice (notKept (*found.trouble));

    if (settings)
        return std::move (settings.value().audioDevice);
    if (settings.error().code == "file_missing")
        return takeOver (processor);

    unread = settings.error();
    processor.stream().setNotice (unread);
    return nullptr;
}

void AppStorage::release()
{
    const std::lock_guard lock (mutex);
    told = nullptr;
}

std::unique_ptr<juce::XmlElement> AppStorage::takeOver (plugin::KikitoriProcessor& processor)
{
    if (! formerFile.existsAsFile())
        return nullptr;

    auto former = readFormerSettings (formerFile);
    const auto state = plugin::readState (former.state.getData(), static_cast<int> (former.state.getSize()));

    if (! former.state.isEmpty())
    {
        processor.setStateInformation (former.state.getData(), static_cast<int> (former.state.getSize()));
        processor.stream().setEarlier (plugin::joinTranscripts (restored, processor.stream().transcript()));
        processor.keepTranscript();
    }

    auto device = former.audioDevice != nullptr ? std::make_unique<juce::XmlElement> (*former.audioDevice) : nullptr;
    const auto moved = save (processor, std::move (former.audioDevice));

    if (! moved)
        processor.stream().setNotice (moved.error());
    // Everything of it lies in the new place, where others cannot read it.
    else if (former.state.isEmpty() || (state && ! state.value().trouble))
        if (formerFile.deleteFile() && formerFile.getParentDirectory().getNumberOfChildFiles (3) == 0)
            formerFile.getParentDirectory().deleteFile();

    return device;
}

void AppStorage::keep (const plugin::SharedTranscript& now)
{
    // As it was restored, and nothing said since: there is nothing to write yet.
    if (! hasWritten && plugin::hasSameRows (now, restored))
        return;

    hasWritten = true;
    journal.offer (now);
}

Status AppStorage::flush()
{
    if (! journal.flush (longestSave))
        return Error{ "journal_failed", "The disk does not answer." };
    if (journal.hasFailed())
        return Error{ "journal_failed", "The transcript could not be saved. Free some space." };

    return success();
}

Status AppStorage::save (const plugin::KikitoriProcessor& processor, std::unique_ptr<juce::XmlElement> audioDevice)
{
    if (auto done = flush(); ! done)
        return done;

    journal.run ([this] { journal.endFile(); });

    if (unread && unread->code == "bad_state")
    {
        auto aside = settingsFile;
        aside += ".unread";
        std::error_code ignored;
        std::filesystem::rename (settingsFile, aside, ignored);
        unread.reset();
    }

    const auto saved = writeAppSettings ({ processor.settingsState(), std::move (audioDevice) }, settingsFile);
    const auto ended = flush();
    return saved ? ended : saved;
}

} // namespace kikitori::app
