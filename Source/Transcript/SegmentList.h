/*  A list of segments that can be copied in no time: ten hours of talk are some hundred pointers.

    Threads: a value; copies share their segments, which never change.
    Failure: std::bad_alloc only.
*/
#pragma once

#include "Transcript/Segment.h"

#include <array>
#include <cstddef>
#include <iterator>
#include <memory>
#include <vector>

namespace kikitori
{

class SegmentList
{
public:
    class Iterator
    {
    public:
        using iterator_category = std::forward_iterator_tag;
        using value_type = Segment;
        using difference_type = std::ptrdiff_t;
        using pointer = const Segment*;
        using reference = const Segment&;

        Iterator() = default;
        Iterator (const SegmentList& l, std::size_t i) : list (&l), index (i) {}

        reference operator*() const { return (*list)[index]; }
        pointer operator->() const { return &(*list)[index]; }
        Iterator& operator++()
        {
            ++index;
            return *this;
        }
        Iterator operator++ (int)
        {
            auto before = *this;
            ++index;
            return before;
        }
        bool operator== (const Iterator&) const = default;

    private:
        const SegmentList* list = nullptr;
        std::size_t index = 0;
    };

    std::size_t size() const noexcept { return count; }
    bool empty() const noexcept { return count == 0; }

    /** index is below size(). */
    const Segment& operator[] (std::size_t index) const { return *(*blocks[index / blockSize])[index % blockSize]; }
    const Segment& back() const { return (*this)[count - 1]; }

    Iterator begin() const { return { *this, 0 }; }
    Iterator end() const { return { *this, count }; }

    void push_back (Segment segment);
    /** Keeps the first newSize segments. */
    void truncate (std::size_t newSize);

private:
    static constexpr std::size_t blockSize = 64;
    using Block = std::array<std::shared_ptr<const Segment>, blockSize>;

    std::vector<std::shared_ptr<const Block>> blocks;
    std::size_t count = 0;
};

} // namespace kikitori
