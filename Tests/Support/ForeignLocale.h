/*  Another locale for one test, as a host may set one: for C and for C++, made by localedef where the system has none. The
    one before comes back. Unlike those around it this file is for systems with localedef: glibc's.

    Threads: one test at a time; a locale is the process's.
    Failure: isThere() is false where the system neither has the locale nor can make it; the test says so and ends.
*/
#pragma once

#include "Support/Catch.h"
#include "Support/TemporaryFolder.h"

#include <clocale>
#include <cstdlib>
#include <locale>
#include <stdexcept>
#include <string>

namespace kikitori::testing
{

class ForeignLocale
{
public:
    /** "de_DE", "ja_JP", ... */
    explicit ForeignLocale (const std::string& name)
    {
        const auto full = name + ".UTF-8";
        there = set (full);
        if (there)
            return;

        const auto command = "localedef -i " + name + " -f UTF-8 '" + (folder.path / full).string() + "' 2>/dev/null";
        if (std::system (command.c_str()) == 0)
        {
            ::setenv ("LOCPATH", folder.path.c_str(), 1);
            there = set (full);
        }
        if (! there)
            WARN ("skipped: no locale " << full << " here, and localedef cannot make it");
    }

    ~ForeignLocale()
    {
        std::locale::global (std::locale::classic());
        std::setlocale (LC_ALL, "C");
        ::unsetenv ("LOCPATH");
    }

    ForeignLocale (const ForeignLocale&) = delete;
    ForeignLocale& operator= (const ForeignLocale&) = delete;

    bool isThere() const { return there; }

private:
    static bool set (const std::string& name)
    {
        try
        {
            std::locale::global (std::locale (name));
            return std::setlocale (LC_ALL, name.c_str()) != nullptr;
        }
        catch (const std::runtime_error&)
        {
            return false;
        }
    }

    TemporaryFolder folder;
    bool there = false;
};

} // namespace kikitori::testing
