/*  The backends that this user has agreed to send audio to. A project may name any address; what it names is used only
    after the user has said yes once. The local backend needs no agreement.

    Threads: any but the audio thread; the file is read when it is asked about, and written when something is approved.
    Failure: a file that cannot be read approves nothing; one that cannot be written makes the agreement last as long
    as the program does, and is told: settings_not_saved.
*/
#pragma once

#include "Core/Result.h"

#include <juce_core/juce_core.h>
#include <mutex>
#include <set>
#include <string>

namespace kikitori::plugin
{

class ApprovedAddresses
{
public:
    /** file: one address a line. */
    explicit ApprovedAddresses (juce::File file = defaultFile());

    bool isApproved (const std::string& address) const;
    Status approve (const std::string& address);

    static juce::File defaultFile();

private:
    juce::StringArray readFile() const;

    const juce::File file;
    mutable std::mutex mutex;
    std::set<std::string> approvedHere;
};

} // namespace kikitori::plugin
