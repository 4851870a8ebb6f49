#include "Transcript/SegmentList.h"

#include <algorithm>
#include <tuple>
#include <unordered_set>
#include <utility>

namespace kikitori
{

namespace
{
bool isBefore (const Segment& a, const Segment& b)
{
    return std::tie (a.startSample, a.id, a.endSample) < std::tie (b.startSample, b.id, b.endSample);
}
} // namespace

void SegmentList::push_back (Pointer segment)
{
    const auto place = count % blockSize;

    // The last block is copied (64 pointers), so that snapshots which share it never see it change.
    auto last = place == 0 ? std::make_shared<Block>() : std::make_shared<Block> (*blocks.back());
    (*last)[place] = std::move (segment);

    if (place == 0)
        blocks.push_back (std::move (last));
    else
        blocks.back() = std::move (last);

    ++count;
}

void SegmentList::truncate (std::size_t newSize)
{
    if (newSize >= count)
        return;

    count = newSize;
    blocks.resize ((count + blockSize - 1) / blockSize);

    if (count % blockSize == 0)
        return;

    auto last = std::make_shared<Block> (*blocks.back());
    std::fill (last->begin() + static_cast<std::ptrdiff_t> (count % blockSize), last->end(), nullptr);
    blocks.back() = std::move (last);
}

std::size_t SegmentList::firstBehind (const Segment& segment) const
{
    std::size_t first = 0;

    for (auto left = count; left > 0;)
    {
        const auto half = left / 2;
        const bool isBehind = isBefore (segment, (*this)[first + half]);
        first = isBehind ? first : first + half + 1;
        left = isBehind ? half : left - half - 1;
    }

    return first;
}

void SegmentList::exchange (const std::vector<Pointer>& gone, std::vector<Pointer> come)
{
    std::unordered_set<const Segment*> leaving;
    for (const auto& segment : gone)
        leaving.insert (segment.get());

    std::stable_sort (come.begin(), come.end(), [] (const auto& a, const auto& b) { return isBefore (*a, *b); });
    auto first = come.empty() ? count : firstBehind (*come.front());

    for (std::size_t i = 0; ! leaving.empty() && i < first; ++i)
        if (leaving.contains (pointer (i).get()))
            first = i;

    std::vector<Pointer> tail;
    auto next = come.begin();

    for (auto i = first; i < count; ++i)
    {
        const auto& segment = pointer (i);

        if (leaving.contains (segment.get()))
            continue;

        while (next != come.end() && isBefore (**next, *segment))
            tail.push_back (std::move (*next++));

        tail.push_back (segment);
    }

    tail.insert (tail.end(), std::make_move_iterator (next), std::make_move_iterator (come.end()));
    replaceTail (first, tail);
}

void SegmentList::replaceTail (std::size_t first, const std::vector<Pointer>& tail)
{
    truncate (first);

    for (auto next = tail.begin(); next != tail.end();)
    {
        const auto place = count % blockSize;
        const auto room = std::min (static_cast<std::ptrdiff_t> (blockSize - place), tail.end() - next);
        auto block = place == 0 ? std::make_shared<Block>() : std::make_shared<Block> (*blocks.back());
        std::copy (next, next + room, block->begin() + static_cast<std::ptrdiff_t> (place));

        if (place == 0)
            blocks.push_back (std::move (block));
        else
            blocks.back() = std::move (block);

        next += room;
        count += static_cast<std::size_t> (room);
    }
}

} // namespace kikitori
