#include "Core/Guarded.h"
#include "Support/Catch.h"

#include <new>
#include <stdexcept>

using namespace kikitori;

TEST_CASE ("what a thread throws is an error in the log and does not end the process", "[guarded]")
{
    std::vector<log::Entry> entries;
    log::setSink ([&entries] (const log::Entry& entry) { entries.push_back (entry); });
    guardedThread ("worker", [] { throw std::runtime_error ("no room"); }).join();
    guardedThread ("worker", [] { throw 7; }).join();
    log::setSink ({});

    REQUIRE (entries.size() == 2);
    CHECK (entries[0].level == log::Level::error);
    CHECK (entries[0].component == "worker");
    CHECK (entries[0].message == "no room");
}

TEST_CASE ("guarded work gives its own result, or the exception as an error", "[guarded]")
{
    CHECK (guarded ("worker", [] {}).ok());
    CHECK (guarded ("worker", [] { return Result<int> (3); }).value() == 3);
    CHECK (guarded ("worker", [] { return Result<int> (Error{ "busy", "later" }); }).error().code == "busy");

    const auto failed = guarded ("worker", []() -> Result<int> { throw std::bad_alloc(); });
    REQUIRE_FALSE (failed);
    CHECK (failed.error().code == "internal");
}
