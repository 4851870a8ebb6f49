#include "Backend/Serving/MultipartReader.h"

#include <algorithm>
#include <cctype>

namespace kikitori::backend
{

namespace
{
std::string lower (std::string text)
{
    std::transform (text.begin(), text.end(), text.begin(),
                    [] (unsigned char c) { return static_cast<char> (std::tolower (c)); });
    return text;
}

/** The value of `; key=value` or `; key="value"` in a header's value; a backslash takes the next character as it is. */
std::optional<std::string> parameterOf (const std::string& header, const std::string& key)
{
    const auto small = lower (header);

    for (auto at = small.find (';'); at != std::string::npos; at = small.find (';', at + 1))
    {
        auto begin = small.find_first_not_of (" \t", at + 1);

        if (begin == std::string::npos || small.compare (begin, key.size() + 1, key + "=") != 0)
            continue;

        begin += key.size() + 1;

        if (begin >= header.size() || header[begin] != '"')
        {
            const auto end = std::min (header.find_first_of ("; \t", begin), header.size());
            return header.substr (begin, end - begin);
        }

        std::string value;

        for (auto i = begin + 1; i < header.size() && header[i] != '"'; ++i)
        {
            if (header[i] == '\\' && i + 1 < header.size())
                ++i;

            value += header[i];
        }

        return value;
    }

    return std::nullopt;
}
} // namespace

std::string multipartBoundary (const std::string& contentType)
{
    if (! lower (contentType).starts_with ("multipart/form-data"))
        return {};

    const auto boundary = parameterOf (contentType, "boundary").value_or ("");
    return boundary.size() <= 70 ? boundary : std::string(); // RFC 2046, 5.1.1
}

MultipartReader::MultipartReader (const std::string& boundary, OnPart tellPart, OnBytes tellBytes)
    : delimiter ("\r\n--" + boundary), onPart (std::move (tellPart)), onBytes (std::move (tellBytes))
{
}

Status MultipartReader::add (std::string_view bytes)
{
    if (! error && phase != Phase::ended)
    {
        buffer.append (bytes);

        while (step())
        {
        }
    }

    return error ? Status (*error) : success();
}

/** Goes one step on; false: more bytes are needed, or it is over. */
bool MultipartReader::step()
{
    switch (phase)
    {
        case Phase::before:
        case Phase::bytes: return findBoundary();
        case Phase::line: return readLine();
        case Phase::head: return readHead();
        case Phase::ended: break;
    }

    return false;
}

bool MultipartReader::findBoundary()
{
    const auto found = buffer.find (delimiter);
    const auto isFound = found != std::string::npos;
    // Its beginning may be at the end of what has come.
    const auto safe = isFound ? found : buffer.size() - std::min (buffer.size(), delimiter.size() - 1);

    if (phase == Phase::bytes && safe > 0)
        onBytes (std::string_view (buffer).substr (0, safe));

    buffer.erase (0, isFound ? found + delimiter.size() : safe);

    if (isFound)
        phase = Phase::line;

    return isFound;
}

bool MultipartReader::readLine()
{
    if (buffer.starts_with ("--"))
    {
        phase = Phase::ended;
        buffer.clear();
        return false;
    }

    const auto end = buffer.find ("\r\n");

    if (end == std::string::npos)
        return buffer.size() > longestHead ? fail ("a boundary's line has no end") : false;
    if (buffer.find_first_not_of (" \t") != end)
        return fail ("something follows a boundary");
    if (++parts > mostParts)
        return fail ("it has more than " + std::to_string (mostParts) + " parts");

    buffer.erase (0, end); // the line break begins the head, which may be empty
    phase = Phase::head;
    return true;
}

bool MultipartReader::readHead()
{
    const auto end = buffer.find ("\r\n\r\n");

    if (end == std::string::npos || end > longestHead)
        return buffer.size() > longestHead ? fail ("a part's head is too long") : false;

    MultipartPart part;
    const auto head = buffer.substr (0, end) + "\r\n";

    for (std::size_t from = 0; from < head.size();)
    {
        const auto lineEnd = head.find ("\r\n", from);
        const auto line = head.substr (from, lineEnd - from);
        from = lineEnd + 2;

        if (! lower (line).starts_with ("content-disposition:"))
            continue;

        part.name = parameterOf (line, "name").value_or ("");
        part.fileName = parameterOf (line, "filename");
    }

    buffer.erase (0, end + 4);
    phase = Phase::bytes;
    onPart (part);
    return true;
}

bool MultipartReader::fail (const std::string& what)
{
    error = Error{ "bad_multipart", "The multipart body cannot be read: " + what + "." };
    buffer.clear();
    return false;
}

} // namespace kikitori::backend
