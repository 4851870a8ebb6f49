#include "Plugin/Processor/ApprovedAddresses.h"

#include "Platform/FileWriter.h"
#include "Platform/UserFolders.h"

namespace kikitori::plugin
{

ApprovedAddresses::ApprovedAddresses (juce::File fileToUse) : file (std::move (fileToUse)) {}

juce::File ApprovedAddresses::defaultFile()
{
    // Not JUCE's folder, which does not ask the environment: who moves the user's settings moves them all.
    const auto folder = platform::userConfigFolder().string();
    return juce::File (juce::String::fromUTF8 (folder.c_str())).getChildFile ("approved-addresses.txt");
}

juce::StringArray ApprovedAddresses::readFile() const
{
    juce::StringArray lines;
    file.readLines (lines);
    lines.trim();
    lines.removeEmptyStrings();
    return lines;
}

void ApprovedAddresses::refresh()
{
    const std::lock_guard one (fileMutex);
    const std::pair<juce::int64, juce::int64> now{ file.getLastModificationTime().toMilliseconds(), file.getSize() };

    if (std::exchange (seen, now) == now)
        return;

    auto lines = readFile();
    const std::lock_guard lock (mutex);
    approvedInFile.swapWith (lines);
}

bool ApprovedAddresses::isApproved (const std::string& address) const
{
    if (address == "local")
        return true;

    const std::lock_guard lock (mutex);
    return approvedHere.count (address) > 0 || approvedInFile.contains (juce::String::fromUTF8 (address.c_str()));
}

Status ApprovedAddresses::approve (const std::string& address)
{
    refresh();

    if (isApproved (address))
        return success();

    {
        const std::lock_guard lock (mutex);
        approvedHere.insert (address);
    }

    const std::lock_guard one (fileMutex);
    auto lines = readFile();
    lines.add (juce::String::fromUTF8 (address.c_str()));
    const std::filesystem::path path (file.getFullPathName().toStdString());
    auto saved = platform::makeFolder (path.parent_path());

    if (saved)
        saved = platform::writeFile (path, (lines.joinIntoString ("\n") + "\n").toStdString(),
                                     platform::Access::ownerOnly);

    return saved ? success()
                 : Status (Error{ "settings_not_saved",
                                  "The agreement lasts until this program ends. " + saved.error().message });
}

} // namespace kikitori::plugin
