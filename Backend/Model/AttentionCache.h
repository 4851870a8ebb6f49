/*  The keys and values of one layer that a stream remembers. New ones are appended; when there is no room, those that
    still count move to the front.

    Threads: one cache belongs to one thread at a time.
    Failure: none; no allocation after resize().
*/
#pragma once

#include "Backend/Model/KernelTable.h"

#include <algorithm>

namespace kikitori::backend
{

/** Cached: float or ShortFloat. */
template <typename Cached>
struct AttentionCache
{
    std::vector<Cached> keys;   ///< [size, keyStride]: a column for each frame
    std::vector<Cached> values; ///< [capacity, size]
    int size = 0;               ///< d_model; 0: not used
    int keyStride = 0;          ///< whole vectors may be read from any key on

    /** capacity: frames. */
    void resize (int modelSize, int capacity)
    {
        size = modelSize;
        keyStride = capacity + rowsInBlock;
        keys.resize (area (size, keyStride));
        values.resize (area (capacity, size) + rowsInBlock); // a head's last vector may reach beyond it
    }

    /** Frames first … first + count become 0 … count. */
    void moveToFront (int first, int count)
    {
        for (int i = 0; i < size; ++i)
        {
            const auto row = keys.begin() + static_cast<std::ptrdiff_t> (area (i, keyStride));
            std::copy_n (row + first, count, row);
        }

        std::copy_n (values.begin() + static_cast<std::ptrdiff_t> (area (first, size)), area (count, size),
                     values.begin());
    }

    std::size_t bytes() const noexcept { return (keys.size() + values.size()) * sizeof (Cached); }

    static std::size_t area (int a, int b) { return static_cast<std::size_t> (a) * static_cast<std::size_t> (b); }
};

} // namespace kikitori::backend
