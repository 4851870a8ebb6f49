/*  The backends that this user has agreed to send audio to. A project may name any address; what it names is used only
    after the user has said yes once. The local backend needs no agreement.

    Threads: any but the audio thread. refresh() and approve() touch the file, when it has changed or changes, and are
    the message thread's; isApproved() asks memory alone, so that whoever asks never waits for a disk.
    Failure: a file that cannot be read approves nothing; one that cannot be written makes the agreement last as long
    as the program does, and is told: settings_not_saved.
*/
#pragma once

#include "Core/Result.h"

#include <juce_core/juce_core.h>
#include <mutex>
#include <set>
#include <string>
#include <utility>

namespace kikitori::plugin
{

class ApprovedAddresses
{
public:
    /** file: one address a line. */
    explicit ApprovedAddresses (juce::File file = defaultFile());

    /** Looks whether another program has changed the file; never while a mutex is held that the network thread takes. */
    void refresh();

    bool isApproved (const std::string& address) const;
    Status approve (const std::string& address);

    static juce::File defaultFile();

private:
    juce::StringArray readFile() const;

    const juce::File file;
    std::mutex fileMutex;      ///< one at the file at a time; guards seen
    std::pair<juce::int64, juce::int64> seen{ -1, -1 }; ///< time and size of the file as it was read
    mutable std::mutex mutex;  ///< guards what follows; never held while a file is touched
    juce::StringArray approvedInFile;
    std::set<std::string> approvedHere;
};

} // namespace kikitori::plugin
