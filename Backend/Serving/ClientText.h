/*  What a client is told, without this computer's folders: they belong in the log.

    Threads: any; it never changes.
    Failure: none. A folder that is not known here is not cut.
*/
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace kikitori::backend
{

class ClientText
{
public:
    /** Folders whose places are nobody's business; "" and "/" are ignored. */
    explicit ClientText (const std::vector<std::filesystem::path>& folders);

    /** text: a message or JSON. Paths in these folders lose the folder and keep what tells the file:
        "/srv/data/served/large/vocab.json" becomes "served/large/vocab.json", and a folder itself its name.
        The value of a field "path" or "folder", which the protocol has (Docs/Protocol.md), stays as it is. */
    std::string of (std::string text) const;

private:
    std::vector<std::string> folders; ///< the longest first, without the slash at the end
};

} // namespace kikitori::backend
