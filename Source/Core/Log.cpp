#include "Core/Log.h"

#include "Core/Printable.h"

#include <memory>
#include <mutex>

namespace kikitori::log
{

namespace
{
struct Holder
{
    std::mutex mutex;
    std::shared_ptr<const Sink> sink;
};

Holder& holder()
{
    static Holder instance;
    return instance;
}
} // namespace

void setSink (Sink sink)
{
    auto replacement = sink ? std::make_shared<const Sink> (std::move (sink)) : nullptr;
    const std::lock_guard lock (holder().mutex);
    holder().sink = std::move (replacement);
}

void write (Entry entry)
{
    std::shared_ptr<const Sink> current;
    {
        const std::lock_guard lock (holder().mutex);
        current = holder().sink;
    }

    if (current == nullptr)
        return;

    // Whatever a client or a file has put into it.
    entry.message = printable (entry.message);

    for (auto& [key, value] : entry.fields)
        value = printable (value);

    (*current) (entry);
}

} // namespace kikitori::log
