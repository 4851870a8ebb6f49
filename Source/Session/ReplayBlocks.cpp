#include "Session/ReplayBlocks.h"

#include "Session/ReplayBudget.h"

#include <algorithm>
#include <new>
#include <utility>

namespace kikitori
{

ReplayBlocks::ReplayBlocks (std::size_t memoryLimit, std::size_t diskLimit, const std::filesystem::path& folder)
    : limit (memoryLimit), file (folder, blockSamples, diskLimit)
{
}

ReplayBlocks::~ReplayBlocks() { clear(); }

Status ReplayBlocks::grow()
{
    auto& budget = ReplayBudget::memory();
    const auto inMemory = blocks.size() - spilled;
    Block fresh;

    if (inMemory < granted)
        budget.force (blockBytes);

    if (inMemory < granted || budget.reserve (blockBytes, limit))
    {
        fresh.memory.reset (new (std::nothrow) float[blockSamples]);

        if (fresh.memory == nullptr)
            budget.release (blockBytes);
    }

    if (fresh.memory == nullptr && inMemory < granted)
        return Error{ "no_memory", "there is no memory to keep audio for the backend; close other programs" };

    if (fresh.memory == nullptr)
    {
        auto& oldest = blocks[spilled];
        const auto slot = file.write ({ oldest.memory.get(), blockSamples });

        if (! slot)
            return slot.error();

        fresh.memory = std::move (oldest.memory);
        oldest.slot = slot.value();
        ++spilled;
    }

    blocks.push_back (std::move (fresh));
    return success();
}

void ReplayBlocks::append (std::span<const float> samples)
{
    auto& block = blocks.back();
    std::copy (samples.begin(), samples.end(), block.memory.get() + block.used);
    block.used += samples.size();
}

std::optional<std::span<const float>> ReplayBlocks::read (std::uint64_t number)
{
    const auto& block = blocks[static_cast<std::size_t> (number - first)];

    if (block.memory != nullptr)
        return std::span<const float> (block.memory.get(), block.used);

    if (loadedNumber != number)
    {
        if (loaded.empty())
            ReplayBudget::memory().force (blockBytes);

        loaded.resize (blockSamples);
        loadedNumber.reset();

        if (! file.read (block.slot, loaded))
            return std::nullopt;

        loadedNumber = number;
    }

    return std::span<const float> (loaded);
}

void ReplayBlocks::drop (Block& block)
{
    if (block.memory != nullptr)
    {
        ReplayBudget::memory().release (blockBytes);
        return;
    }

    file.release (block.slot);

    if (--spilled == 0)
        forgetLoaded();
}

void ReplayBlocks::forgetLoaded()
{
    if (! loaded.empty())
        ReplayBudget::memory().release (blockBytes);

    std::vector<float>().swap (loaded);
    loadedNumber.reset();
}

void ReplayBlocks::dropBefore (std::uint64_t number)
{
    while (! blocks.empty() && first < number)
    {
        drop (blocks.front());
        blocks.pop_front();
        ++first;
    }
}

void ReplayBlocks::clear() { dropBefore (first + blocks.size()); }

std::size_t ReplayBlocks::bytesInMemory() const noexcept
{
    return (blocks.size() - spilled) * blockBytes + loaded.size() * sizeof (float);
}

} // namespace kikitori
