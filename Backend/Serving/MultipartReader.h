/*  multipart/form-data (RFC 7578), read as it comes: memory holds one piece and a part's head, however large a part is.

    Threads: one at a time.
    Failure: bad_multipart, with what is wrong; then nothing more is read.
*/
#pragma once

#include "Core/Result.h"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace kikitori::backend
{

struct MultipartPart
{
    std::string name;
    std::optional<std::string> fileName; ///< none: a plain field
};

/** The boundary in a Content-Type header, empty when it is no multipart or has none. */
std::string multipartBoundary (const std::string& contentType);

class MultipartReader
{
public:
    static constexpr std::size_t longestHead = 8192;
    static constexpr int mostParts = 64;

    using OnPart = std::function<void (const MultipartPart&)>;
    using OnBytes = std::function<void (std::string_view)>; ///< of the part that was told last

    MultipartReader (const std::string& boundary, OnPart onPart, OnBytes onBytes);

    Status add (std::string_view bytes);

    /** The closing boundary has come. */
    bool isComplete() const noexcept { return phase == Phase::ended; }

private:
    enum class Phase
    {
        before, ///< what stands before the first boundary
        line,   ///< the rest of a boundary's line
        head,
        bytes,
        ended
    };

    bool step();
    bool findBoundary();
    bool readLine();
    bool readHead();
    bool fail (const std::string& what);

    const std::string delimiter;
    const OnPart onPart;
    const OnBytes onBytes;
    Phase phase = Phase::before;
    std::string buffer = "\r\n"; // so that the first boundary looks like the others
    int parts = 0;
    std::optional<Error> error;
};

} // namespace kikitori::backend
