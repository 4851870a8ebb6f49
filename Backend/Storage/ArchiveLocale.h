/*  libarchive takes names for what the thread's locale says, and in a daemon's plain locale Japanese ones do not pass:
    while this lives, the calling thread's names are UTF-8.

    Threads: each for itself; to be destroyed on the thread that made it.
    Failure: on a system without such a locale nothing changes.
*/
#pragma once

#include <clocale>

#include <locale.h>

namespace kikitori::backend
{

class ArchiveLocale
{
public:
    ArchiveLocale() : utf8 (::newlocale (LC_CTYPE_MASK, "C.UTF-8", nullptr))
    {
        if (utf8 != nullptr)
            before = ::uselocale (utf8);
    }

    ~ArchiveLocale()
    {
        if (utf8 == nullptr)
            return;

        ::uselocale (before);
        ::freelocale (utf8);
    }

    ArchiveLocale (const ArchiveLocale&) = delete;
    ArchiveLocale& operator= (const ArchiveLocale&) = delete;

private:
    locale_t utf8 = nullptr, before = nullptr;
};

} // namespace kikitori::backend
