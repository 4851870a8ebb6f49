/*  How long audio waited to be understood, counted in classes.

    Threads: a value of one thread.
    Failure: none.
*/
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace kikitori::plugin
{

class LatencyHistogram
{
public:
    /** Upper bounds in milliseconds; the last class has none. */
    static constexpr std::array bounds{ 200, 400, 600, 800, 1000, 1500, 2000, 3000, 5000 };
    static constexpr std::size_t classes = bounds.size() + 1;

    void add (double milliseconds) noexcept
    {
        std::size_t index = 0;
        while (index < bounds.size() && milliseconds >= bounds[index])
            ++index;
        ++counted[index];
    }

    const std::array<std::uint32_t, classes>& counts() const noexcept { return counted; }

private:
    std::array<std::uint32_t, classes> counted{};
};

} // namespace kikitori::plugin
