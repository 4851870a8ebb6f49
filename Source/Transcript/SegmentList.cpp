#include "Transcript/SegmentList.h"

#include <algorithm>
#include <utility>

namespace kikitori
{

void SegmentList::push_back (Segment segment)
{
    const auto place = count % blockSize;

    // The last block is copied (64 pointers), so that snapshots which share it never see it change.
    auto last = place == 0 ? std::make_shared<Block>() : std::make_shared<Block> (*blocks.back());
    (*last)[place] = std::make_shared<const Segment> (std::move (segment));

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

} // namespace kikitori
