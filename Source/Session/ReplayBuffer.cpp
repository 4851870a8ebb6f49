#include "Session/ReplayBuffer.h"

#include <algorithm>
#include <utility>

namespace kikitori
{

ReplayBuffer::ReplayBuffer (const Limits& l) : limits (l), blocks (l.memoryBytes, l.diskBytes, l.spillFolder) {}

void ReplayBuffer::release()
{
    entries.clear();
    blocks.clear();
    cursorEntry = 0;
    cursorOffset = frontOffset = kept = 0;
    droppedSent.reset();
    lastTrouble.reset();
}

void ReplayBuffer::append (std::int64_t position, std::span<const float> samples)
{
    while (! samples.empty())
    {
        if (blocks.room() == 0 && ! makeRoom())
        {
            // Not even one block: what comes is lost until there is memory again.
            const auto count = static_cast<std::int64_t> (samples.size());
            appendGap (position, count);
            extend (lost, position, position + count);
            return;
        }

        const auto count = std::min (samples.size(), blocks.room());
        addAudio (position, samples.first (count));
        position += static_cast<std::int64_t> (count);
        samples = samples.subspan (count);
    }

    enforceLimit();
    passSentBlock();
}

void ReplayBuffer::addAudio (std::int64_t position, std::span<const float> samples)
{
    const auto length = static_cast<std::int64_t> (samples.size());
    const auto canExtend = ! entries.empty() && entries.back().kind == Entry::Kind::audio
                           && entries.back().end() == position && entries.back().block == blocks.newest();

    if (! canExtend)
        entries.push_back ({ Entry::Kind::audio, position, 0, blocks.newest(), blocks.newestUsed() });

    blocks.append (samples);
    entries.back().length += length;
    kept += length;
    endPosition = std::max (endPosition, position + length);
}

bool ReplayBuffer::makeRoom()
{
    for (;;)
    {
        const auto grown = blocks.grow();

        if (grown)
            return true;

        lastTrouble = grown.error();

        if (entries.empty())
            return false;

        dropOldest();
    }
}

void ReplayBuffer::appendGap (std::int64_t position, std::int64_t samples)
{
    if (samples <= 0)
        return;

    endPosition = std::max (endPosition, position + samples);
    const auto extendsLast = ! entries.empty() && cursorEntry < entries.size()
                             && entries.back().kind == Entry::Kind::gap && entries.back().end() == position;

    if (extendsLast)
        entries.back().length += samples;
    else
        entries.push_back ({ Entry::Kind::gap, position, samples, 0, 0 });

    enforceLimit();
    passSentBlock();
}

void ReplayBuffer::appendFlush (std::int64_t position)
{
    if (! entries.empty() && entries.back().kind == Entry::Kind::flush && entries.back().position == position)
        return;

    entries.push_back ({ Entry::Kind::flush, position, 0, 0, 0 });
    enforceLimit();
    passSentBlock();
}

void ReplayBuffer::passSentBlock()
{
    // The cursor waits at the end of an entry that may still grow; with something behind it, it does not.
    if (cursorEntry + 1 < entries.size() && entries[cursorEntry].kind == Entry::Kind::audio
        && cursorOffset >= entries[cursorEntry].length)
    {
        ++cursorEntry;
        cursorOffset = 0;
    }
}

void ReplayBuffer::dropFront()
{
    if (entries.front().kind == Entry::Kind::audio)
        kept -= entries.front().length - frontOffset;

    entries.pop_front();
    frontOffset = 0;

    if (cursorEntry > 0)
        --cursorEntry;
    else
        cursorOffset = 0;

    if (entries.empty())
        blocks.clear();
    else if (entries.front().kind == Entry::Kind::audio)
        blocks.dropBefore (entries.front().block);
}

void ReplayBuffer::acknowledge (std::int64_t position)
{
    if (droppedSent && position > droppedSent->position)
    {
        const auto end = droppedSent->position + droppedSent->samples;
        droppedSent = position < end ? std::optional<Gap> ({ position, end - position }) : std::nullopt;
    }

    while (! entries.empty() && cursorEntry > 0)
    {
        // A flush at the boundary has done its work.
        if (entries.front().end() > position)
            break;

        dropFront();
    }

    if (entries.empty() || entries.front().kind != Entry::Kind::audio || entries.front().position >= position)
        return;

    const auto sentOfFront = cursorEntry == 0 ? cursorOffset : entries.front().length;
    const auto offset = std::min (position - entries.front().position, sentOfFront);

    if (offset > frontOffset)
    {
        kept -= offset - frontOffset;
        frontOffset = offset;
    }
}

void ReplayBuffer::dropOldest()
{
    const auto& front = entries.front();
    const auto sentUntil = cursorEntry > 0 ? front.end() : front.position + cursorOffset;

    if (front.kind == Entry::Kind::audio && sentUntil > front.position + frontOffset)
        extend (droppedSent, front.position + frontOffset, sentUntil);

    if (front.kind != Entry::Kind::flush && front.end() > sentUntil)
        extend (lost, sentUntil, front.end());

    dropFront();
}

void ReplayBuffer::enforceLimit()
{
    while ((kept > limits.mostSamples || entries.size() > mostEntries) && entries.size() > 1)
        dropOldest();
}

void ReplayBuffer::extend (std::optional<Gap>& range, std::int64_t from, std::int64_t to)
{
    if (range)
    {
        to = std::max (to, range->position + range->samples);
        from = std::min (from, range->position);
    }

    range = Gap{ from, to - from };
}

void ReplayBuffer::loseRest (Entry& entry)
{
    const auto acknowledged = cursorEntry == 0 ? frontOffset : 0;
    const auto sentUntil = entry.position + cursorOffset;

    if (cursorOffset > acknowledged)
        extend (droppedSent, entry.position + acknowledged, sentUntil);

    extend (lost, sentUntil, entry.end());
    kept -= entry.length - acknowledged;
    entry = { Entry::Kind::gap, sentUntil, entry.end() - sentUntil, 0, 0 };
    cursorOffset = 0;

    if (cursorEntry == 0)
        frontOffset = 0;

    lastTrouble = Error{ "spill_failed", "audio that waited for the backend on disk cannot be read back" };
}

std::optional<ReplayBuffer::Item> ReplayBuffer::next (std::size_t mostSamples)
{
    if (cursorEntry >= entries.size())
        return std::nullopt;

    auto& entry = entries[cursorEntry];

    if (entry.kind == Entry::Kind::audio)
    {
        const auto rest = static_cast<std::size_t> (entry.length - cursorOffset);

        if (rest == 0)
            return std::nullopt; // all of an entry that still grows is sent

        if (const auto samples = blocks.read (entry.block))
            return Audio{ entry.position + cursorOffset,
                          samples->subspan (entry.offset + static_cast<std::size_t> (cursorOffset),
                                            std::min (rest, mostSamples)) };

        loseRest (entry);
    }

    if (entry.kind == Entry::Kind::flush)
        return Flush{ entry.position };

    return Gap{ entry.position, entry.length };
}

void ReplayBuffer::advance (std::size_t samples)
{
    if (cursorEntry >= entries.size())
        return;

    if (const auto& entry = entries[cursorEntry]; entry.kind == Entry::Kind::audio)
    {
        cursorOffset += static_cast<std::int64_t> (samples);

        const auto mayGrow = cursorEntry + 1 == entries.size() && entry.block == blocks.newest() && blocks.room() > 0;

        if (cursorOffset < entry.length || mayGrow)
            return;
    }

    ++cursorEntry;
    cursorOffset = 0;
}

void ReplayBuffer::rewind()
{
    cursorEntry = 0;
    cursorOffset = frontOffset;

    // What the backend had got and the buffer has no more: with the connection its words are gone.
    if (const auto hole = std::exchange (droppedSent, std::nullopt))
        extend (lost, hole->position, hole->position + hole->samples);

    passSentBlock();
}

std::int64_t ReplayBuffer::oldest() const noexcept
{
    return entries.empty() ? endPosition : entries.front().position + frontOffset;
}

std::int64_t ReplayBuffer::cursor() const noexcept
{
    return cursorEntry >= entries.size() ? endPosition : entries[cursorEntry].position + cursorOffset;
}

std::optional<ReplayBuffer::Gap> ReplayBuffer::takeLost() { return std::exchange (lost, std::nullopt); }

} // namespace kikitori
