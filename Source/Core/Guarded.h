/*  Threads whose work may throw (no memory, a file system's surprises) without ending the process, which may be a DAW.
    Every thread is made by guardedThread; a test holds that.

    Threads: any but the audio thread.
    Failure: an exception becomes an error `internal` and a line in the log.
*/
#pragma once

#include "Core/Log.h"
#include "Core/Result.h"

#include <exception>
#include <thread>
#include <type_traits>
#include <utility>

namespace kikitori
{

/** Runs work and gives its Result; a Status where it gives nothing. component: as in the log. */
template <typename Work>
auto guarded (const char* component, Work&& work)
{
    using Given = std::invoke_result_t<Work>;
    using Answer = std::conditional_t<std::is_void_v<Given>, Status, Given>;
    const auto failed = [component] (const char* why) -> Answer
    {
        log::write (log::Level::error, component, "exception", why);
        return Error{ "internal", std::string ("An internal error: ") + why + "." };
    };

    try
    {
        if constexpr (std::is_void_v<Given>)
        {
            work();
            return success();
        }
        else
        {
            return Answer (work());
        }
    }
    catch (const std::exception& thrown)
    {
        return failed (thrown.what());
    }
    catch (...)
    {
        return failed ("an exception of an unknown kind");
    }
}

/** A thread that runs work under guarded(). Throws std::system_error where the system gives no thread. */
template <typename Work>
std::thread guardedThread (const char* component, Work work)
{
    return std::thread ([component, todo = std::move (work)]() mutable
                        { static_cast<void> (guarded (component, todo)); });
}

} // namespace kikitori
