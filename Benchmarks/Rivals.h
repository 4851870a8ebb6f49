/*  The single-producer single-consumer queues of other libraries behind the few calls that the comparison needs.

    Threads: push() one, pop() one other.
    Failure: both give how many samples they took or gave.
*/
#pragma once

#include "Realtime/SpscRing.h"

#include <algorithm>
#include <array>
#include <boost/lockfree/spsc_queue.hpp>
#include <cstddef>
#include <juce_audio_basics/juce_audio_basics.h>
#include <readerwriterqueue/readerwritercircularbuffer.h>
#include <readerwriterqueue/readerwriterqueue.h>
#include <span>
#include <vector>

namespace kikitori::benchmarks
{

inline constexpr std::size_t ringSamples = std::size_t{ 1 } << 14;

template <typename Element>
class Ours
{
public:
    static constexpr const char* name = "kikitori::SpscRing";

    std::size_t push (std::span<const Element> items) { return ring.push (items); }
    bool push (const Element& item) { return ring.push (item); }

    std::size_t pop (std::span<Element> items)
    {
        const auto found = ring.peek (items.size());
        std::copy_n (found.first.data(), found.first.size(), items.data());

        if (! found.second.empty())
            std::copy_n (found.second.data(), found.second.size(), items.data() + found.first.size());

        ring.discard (found.size());
        return found.size();
    }

    bool pop (Element& item)
    {
        const auto found = ring.peek (1).first;
        if (found.empty())
            return false;
        item = found.front();
        ring.discard (1);
        return true;
    }

private:
    SpscRing<Element> ring{ ringSamples };
};

/** juce::AbstractFifo holds positions only; the samples lie beside it, as its documentation shows. */
template <typename Element>
class Juce
{
public:
    static constexpr const char* name = "juce::AbstractFifo";

    std::size_t push (std::span<const Element> items)
    {
        const auto scope = fifo.write (static_cast<int> (items.size()));
        std::copy_n (items.data(), scope.blockSize1, samples.data() + scope.startIndex1);

        if (scope.blockSize2 > 0)
            std::copy_n (items.data() + scope.blockSize1, scope.blockSize2, samples.data() + scope.startIndex2);

        return static_cast<std::size_t> (scope.blockSize1 + scope.blockSize2);
    }

    bool push (const Element& item)
    {
        const auto scope = fifo.write (1);
        if (scope.blockSize1 == 0)
            return false;
        samples[static_cast<std::size_t> (scope.startIndex1)] = item;
        return true;
    }

    std::size_t pop (std::span<Element> items)
    {
        const auto scope = fifo.read (static_cast<int> (items.size()));
        std::copy_n (samples.data() + scope.startIndex1, scope.blockSize1, items.data());

        if (scope.blockSize2 > 0)
            std::copy_n (samples.data() + scope.startIndex2, scope.blockSize2, items.data() + scope.blockSize1);

        return static_cast<std::size_t> (scope.blockSize1 + scope.blockSize2);
    }

    bool pop (Element& item)
    {
        const auto scope = fifo.read (1);
        if (scope.blockSize1 == 0)
            return false;
        item = samples[static_cast<std::size_t> (scope.startIndex1)];
        return true;
    }

private:
    juce::AbstractFifo fifo{ static_cast<int> (ringSamples) };
    std::vector<Element> samples = std::vector<Element> (ringSamples);
};

template <typename Element>
class Boost
{
public:
    static constexpr const char* name = "boost::lockfree::spsc_queue";

    std::size_t push (std::span<const Element> items) { return queue.push (items.data(), items.size()); }
    bool push (const Element& item) { return queue.push (item); }
    std::size_t pop (std::span<Element> items) { return queue.pop (items.data(), items.size()); }
    bool pop (Element& item) { return queue.pop (item); }

private:
    boost::lockfree::spsc_queue<Element> queue{ ringSamples };
};

/** moodycamel's queue takes one element at a time. */
template <typename Element>
class Moodycamel
{
public:
    static constexpr const char* name = "moodycamel::ReaderWriterQueue";

    std::size_t push (std::span<const Element> items)
    {
        std::size_t count = 0;
        while (count < items.size() && queue.try_enqueue (items[count]))
            ++count;
        return count;
    }

    bool push (const Element& item) { return queue.try_enqueue (item); }

    std::size_t pop (std::span<Element> items)
    {
        std::size_t count = 0;
        while (count < items.size() && queue.try_dequeue (items[count]))
            ++count;
        return count;
    }

    bool pop (Element& item) { return queue.try_dequeue (item); }

private:
    moodycamel::ReaderWriterQueue<Element> queue{ ringSamples };
};

/** The best that moodycamel's queue can do with audio: a whole block is one element. Blocks of one size only. */
class MoodycamelBlocks
{
public:
    static constexpr std::size_t blockSize = 512;
    static constexpr const char* name = "moodycamel::ReaderWriterQueue of whole blocks";

    std::size_t push (std::span<const float> items)
    {
        Block block;
        std::copy_n (items.data(), blockSize, block.data());
        return queue.try_enqueue (block) ? blockSize : 0;
    }

    std::size_t pop (std::span<float> items)
    {
        Block block;
        if (! queue.try_dequeue (block))
            return 0;
        std::copy_n (block.data(), blockSize, items.data());
        return blockSize;
    }

private:
    using Block = std::array<float, blockSize>;
    moodycamel::ReaderWriterQueue<Block> queue{ ringSamples / blockSize };
};

} // namespace kikitori::benchmarks
