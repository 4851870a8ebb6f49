#include "Session/ReplayBuffer.h"

#include <algorithm>
#include <utility>

namespace kikitori
{

ReplayBuffer::ReplayBuffer (std::int64_t mostSamples) : limit (mostSamples) {}

void ReplayBuffer::clear()
{
    entries.clear();
    cursorEntry = cursorOffset = frontOffset = 0;
    kept = endPosition = 0;
    lost.reset();
}

void ReplayBuffer::append (std::int64_t position, std::span<const float> samples)
{
    while (! samples.empty())
    {
        auto canExtend = ! entries.empty() && entries.back().kind == Entry::Kind::audio
                         && entries.back().position + entries.back().length == position
                         && entries.back().samples.size() < blockSamples;

        if (! canExtend)
        {
            entries.push_back ({ Entry::Kind::audio, position, 0, {} });
            entries.back().samples.reserve (blockSamples);
        }

        auto& block = entries.back();
        const auto count = std::min (samples.size(), blockSamples - block.samples.size());
        block.samples.insert (block.samples.end(), samples.begin(),
                              samples.begin() + static_cast<std::ptrdiff_t> (count));
        block.length += static_cast<std::int64_t> (count);
        kept += static_cast<std::int64_t> (count);
        position += static_cast<std::int64_t> (count);
        samples = samples.subspan (count);
    }

    endPosition = std::max (endPosition, position);
    enforceLimit();
    passSentBlock();
}

void ReplayBuffer::appendGap (std::int64_t position, std::int64_t samples)
{
    if (samples <= 0)
        return;

    entries.push_back ({ Entry::Kind::gap, position, samples, {} });
    endPosition = std::max (endPosition, position + samples);
    passSentBlock();
}

void ReplayBuffer::appendFlush (std::int64_t position)
{
    if (! entries.empty() && entries.back().kind == Entry::Kind::flush && entries.back().position == position)
        return;

    entries.push_back ({ Entry::Kind::flush, position, 0, {} });
    passSentBlock();
}

void ReplayBuffer::passSentBlock()
{
    // The cursor waits at the end of a block that may still grow; with something behind it, it does not.
    if (cursorEntry + 1 < entries.size() && entries[cursorEntry].kind == Entry::Kind::audio
        && cursorOffset >= entries[cursorEntry].samples.size())
    {
        ++cursorEntry;
        cursorOffset = 0;
    }
}

void ReplayBuffer::dropFront()
{
    kept -= static_cast<std::int64_t> (entries.front().samples.size() - frontOffset);
    entries.pop_front();
    frontOffset = 0;

    if (cursorEntry > 0)
        --cursorEntry;
    else
        cursorOffset = 0;
}

void ReplayBuffer::acknowledge (std::int64_t position)
{
    while (! entries.empty() && cursorEntry > 0)
    {
        const auto& front = entries.front();

        // A flush at the boundary has done its work.
        if (front.position + front.length > position)
            break;

        dropFront();
    }

    if (entries.empty() || entries.front().kind != Entry::Kind::audio || entries.front().position >= position)
        return;

    const auto sentOfFront = cursorEntry == 0 ? cursorOffset : entries.front().samples.size();
    const auto wanted = static_cast<std::size_t> (position - entries.front().position);
    const auto offset = std::min (wanted, sentOfFront);

    if (offset > frontOffset)
    {
        kept -= static_cast<std::int64_t> (offset - frontOffset);
        frontOffset = offset;
    }
}

void ReplayBuffer::enforceLimit()
{
    while (kept > limit && entries.size() > 1)
    {
        const auto& front = entries.front();

        if (cursorEntry == 0 && front.kind != Entry::Kind::flush)
        {
            const auto from = front.position + static_cast<std::int64_t> (cursorOffset);
            const auto count = front.position + front.length - from;

            if (lost)
                lost->samples = from + count - lost->position;
            else
                lost = Gap{ from, count };
        }

        dropFront();
    }
}

std::optional<ReplayBuffer::Item> ReplayBuffer::next (std::size_t mostSamples) const
{
    if (cursorEntry >= entries.size())
        return std::nullopt;

    const auto& entry = entries[cursorEntry];

    switch (entry.kind)
    {
        case Entry::Kind::gap: return Gap{ entry.position, entry.length };
        case Entry::Kind::flush: return Flush{ entry.position };
        case Entry::Kind::audio: break;
    }

    const auto rest = entry.samples.size() - cursorOffset;

    if (rest == 0)
        return std::nullopt; // all of a block that still grows is sent

    return Audio{ entry.position + static_cast<std::int64_t> (cursorOffset),
                  std::span (entry.samples).subspan (cursorOffset, std::min (rest, mostSamples)) };
}

void ReplayBuffer::advance (std::size_t samples)
{
    if (cursorEntry >= entries.size())
        return;

    if (entries[cursorEntry].kind == Entry::Kind::audio)
    {
        cursorOffset += samples;

        const auto isLast = cursorEntry + 1 == entries.size();
        const auto isFull = entries[cursorEntry].samples.size() >= blockSamples;

        if (cursorOffset < entries[cursorEntry].samples.size() || (isLast && ! isFull))
            return;
    }

    ++cursorEntry;
    cursorOffset = 0;
}

void ReplayBuffer::rewind()
{
    cursorEntry = 0;
    cursorOffset = frontOffset;
    passSentBlock();
}

std::int64_t ReplayBuffer::oldest() const noexcept
{
    return entries.empty() ? endPosition : entries.front().position + static_cast<std::int64_t> (frontOffset);
}

std::int64_t ReplayBuffer::cursor() const noexcept
{
    if (cursorEntry >= entries.size())
        return endPosition;

    return entries[cursorEntry].position + static_cast<std::int64_t> (cursorOffset);
}

std::optional<ReplayBuffer::Gap> ReplayBuffer::takeLost() { return std::exchange (lost, std::nullopt); }

} // namespace kikitori
