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
#include <utility>
#include <vector>

namespace kikitori
{

class SegmentList
{
public:
    using Pointer = std::shared_ptr<const Segment>;

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
    const Segment& operator[] (std::size_t index) const { return *pointer (index); }
    const Pointer& pointer (std::size_t index) const { return (*blocks[index / blockSize])[index % blockSize]; }
    const Segment& back() const { return (*this)[count - 1]; }

    Iterator begin() const { return { *this, 0 }; }
    Iterator end() const { return { *this, count }; }

    void push_back (Segment segment) { push_back (std::make_shared<const Segment> (std::move (segment))); }
    void push_back (Pointer segment);
    /** Keeps the first newSize segments. */
    void truncate (std::size_t newSize);

    /** Takes the segments at some addresses out, and puts others in where their start belongs. What lies before the
        first of them is shared with the list before. */
    void exchange (const std::vector<Pointer>& gone, std::vector<Pointer> come);

private:
    static constexpr std::size_t blockSize = 64;
    using Block = std::array<Pointer, blockSize>;

    std::size_t firstBehind (const Segment& segment) const;
    void replaceTail (std::size_t first, const std::vector<Pointer>& tail);

    std::vector<std::shared_ptr<const Block>> blocks;
    std::size_t count = 0;
};

} // namespace kikitori
