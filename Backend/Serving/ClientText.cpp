#include "Backend/Serving/ClientText.h"

#include <algorithm>
#include <cctype>
#include <string_view>
#include <system_error>

namespace kikitori::backend
{

namespace fs = std::filesystem;

namespace
{
bool isOfName (char c)
{
    const auto code = static_cast<unsigned char> (c);
    return std::isalnum (code) != 0 || code >= 0x80 || c == '_' || c == '-' || c == '.' || c == '/';
}

/** Is the text before a place the beginning of a field that tells a place? */
bool isPlaceField (std::string_view before)
{
    for (const std::string_view key : { R"("path":")", R"("folder":")" })
        if (before.ends_with (key))
            return true;

    return false;
}

void cut (std::string& text, const std::string& folder)
{
    const auto name = folder.substr (folder.rfind ('/') + 1);

    for (std::size_t at = 0; (at = text.find (folder, at)) != std::string::npos;)
    {
        const auto end = at + folder.size();
        const bool isWhole = end == text.size() || text[end] == '/' || ! isOfName (text[end]) || text[end] == '.';

        if (! isWhole || (at > 0 && isOfName (text[at - 1])) || isPlaceField (std::string_view (text).substr (0, at)))
        {
            at = end;
            continue;
        }

        const bool hasMore = end + 1 < text.size() && text[end] == '/' && isOfName (text[end + 1]);
        text.replace (at, folder.size() + (hasMore ? 1 : 0), hasMore ? "" : name);
    }
}
} // namespace

ClientText::ClientText (const std::vector<fs::path>& paths)
{
    for (const auto& path : paths)
    {
        std::error_code failed;

        for (const auto& form : { path, fs::weakly_canonical (path, failed) })
        {
            auto text = form.lexically_normal().string();

            while (text.ends_with ('/'))
                text.pop_back();
            if (text.size() > 1 && text.front() == '/')
                folders.push_back (text);
        }
    }

    std::sort (folders.begin(), folders.end(),
               [] (const auto& a, const auto& b) { return a.size() != b.size() ? a.size() > b.size() : a < b; });
    folders.erase (std::unique (folders.begin(), folders.end()), folders.end());
}

std::string ClientText::of (std::string text) const
{
    for (const auto& folder : folders)
        cut (text, folder);

    return text;
}

} // namespace kikitori::backend
