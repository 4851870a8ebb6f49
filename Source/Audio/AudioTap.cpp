#include "Audio/AudioTap.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <thread>
#include <utility>

namespace kikitori
{

namespace
{

/** After an overflow nothing is pushed until this share of the ring is free: one long gap instead of many. */
constexpr std::size_t resumeShare = 4;

constexpr std::chrono::milliseconds offlineNap{ 1 };

} // namespace

AudioTap::AudioTap() : link (std::make_shared<TapLink>()), packedChannel (ChannelChoice{}.packed()) {}

void AudioTap::prepare (double newRate, int maxBlockSize, int numChannels) noexcept
{
    // Neither is needed: a block of any size goes through in pieces, and every block brings its own layout.
    static_cast<void> (maxBlockSize);
    static_cast<void> (numChannels);

    const auto isGood = newRate >= lowestRate && newRate <= highestRate; // false for NaN as well

    if (! pagesTouched)
    {
        link->samples.touchPages();
        link->marks.touchPages();
        pagesTouched = true;
    }

    if (isGood && newRate != epochRate)
    {
        if (pendingGap > 0) // lost at the old rate, told at the new one
            pendingGap = static_cast<std::uint64_t> (static_cast<double> (pendingGap) * newRate / epochRate);

        epochRate = newRate;
        ++epoch;
        playhead.reset (newRate);
        meter.setSampleRate (newRate);
        mixer.prepare (newRate);
    }

    rate = isGood ? newRate : 0.0;
    link->sampleRate.store (newRate, std::memory_order_release);
    link->error.store (isGood ? TapError::none : TapError::badSampleRate, std::memory_order_release);
}

void AudioTap::process (const float* const* channels,
                        int numChannels,
                        int numSamples,
                        const BlockInfo& info) noexcept KIKITORI_REALTIME
{
    if (numSamples <= 0 || rate <= 0.0)
        return;

    // Also while nobody listens: a host may tell it only when something changes.
    const auto news = playhead.follow (info.playhead);

    if (info.isBypassed)
    {
        playhead.advance (numSamples);
        wasBypassed = true;
        return;
    }

    link->offline.store (info.isNonRealtime, std::memory_order_relaxed);

    const auto wanted = link->wanted.load (std::memory_order_acquire);
    const auto isListening = wanted != 0;

    if (wanted != listener)
    {
        listener = wanted;
        epochPublished = 0;
        pendingGap = 0;
        isOverflowing = false;
        gaveUp = false;
        playheadPending = beginPending = playhead.hasPosition();
        jumpPending = wasBypassed = false;
    }

    if (isListening)
    {
        link->captured.fetch_add (static_cast<std::uint64_t> (numSamples), std::memory_order_relaxed);
        tellPlayhead (news);
    }

    playhead.advance (numSamples);

    bool isSilent = true;

    for (int offset = 0; offset < numSamples;)
    {
        Piece buffer;
        const auto count = std::min (static_cast<int> (pieceSize), numSamples - offset);
        const auto piece = std::span (buffer.data(), static_cast<std::size_t> (count));

        mixPiece (channels, numChannels, offset, piece);
        cleanPiece (piece);
        isSilent = isSilent && std::all_of (piece.begin(), piece.end(), [] (float sample) { return sample == 0.0f; });

        if (isListening)
            pushPiece (piece, info.isNonRealtime);

        offset += count;
    }

    noteSound (info, numSamples, isSilent);
}

void AudioTap::noteSound (const BlockInfo& info, int numSamples, bool isSilent) noexcept KIKITORI_REALTIME
{
    // The audio thread alone writes these.
    auto silent = link->silentSamples.load (std::memory_order_relaxed);

    if (info.playhead && info.playhead->isPlaying != link->isRolling.load (std::memory_order_relaxed))
    {
        link->isRolling.store (info.playhead->isPlaying, std::memory_order_relaxed);
        silent = 0;
    }

    silent = isSilent ? silent + static_cast<std::uint64_t> (numSamples) : 0;
    link->silentSamples.store (silent, std::memory_order_relaxed);
    link->blocks.fetch_add (1, std::memory_order_relaxed);
}

void AudioTap::pushPiece (std::span<const float> piece, bool mayWait) noexcept KIKITORI_REALTIME
{
    if (mayWait)
        waitForRoom (piece.size());

    if (isOverflowing && link->samples.freeSpace() < link->samples.capacity() / resumeShare)
        return countDropped (piece.size());

    // What follows would lie at a wrong time without its marks, so they come first or nothing comes.
    if (! publishFormat() || ! publishGap())
        return countDropped (piece.size());

    isOverflowing = false;
    const auto taken = link->samples.push (piece);
    link->ringed.fetch_add (taken, std::memory_order_relaxed);

    if (taken < piece.size())
        countDropped (piece.size() - taken);
}

bool AudioTap::publishFormat() noexcept KIKITORI_REALTIME
{
    if (epochPublished == epoch)
        return true;

    TapMark mark;
    mark.kind = TapMark::Kind::format;
    mark.epoch = epoch;
    mark.position = link->samples.writePosition();
    mark.generation = listener;
    mark.sampleRate = rate;

    if (! link->marks.push (mark))
        return false;

    epochPublished = epoch;
    return true;
}

bool AudioTap::publishGap() noexcept KIKITORI_REALTIME
{
    if (pendingGap == 0)
        return true;

    TapMark mark;
    mark.kind = TapMark::Kind::gap;
    mark.epoch = epoch;
    mark.position = link->samples.writePosition();
    mark.samples = pendingGap;

    if (! link->marks.push (mark))
        return false;

    pendingGap = 0;
    return true;
}

void AudioTap::countDropped (std::size_t count) noexcept KIKITORI_REALTIME
{
    isOverflowing = true;
    pendingGap += count;
    link->dropped.fetch_add (count, std::memory_order_relaxed);
}

void AudioTap::tellPlayhead (PlayheadFollower::News news) noexcept KIKITORI_REALTIME
{
    const auto isCut = std::exchange (wasBypassed, false) && playhead.hasPosition();
    playheadPending = playheadPending || isCut || news != PlayheadFollower::News::none;
    jumpPending = jumpPending || isCut || news == PlayheadFollower::News::jump;
    beginPending = beginPending || jumpPending || news == PlayheadFollower::News::first;

    if (! playheadPending)
        return;

    // Format and gap first: a mark lies in the epoch that it belongs to.
    if (publishFormat() && publishGap())
    {
        TapMark mark;
        mark.kind = TapMark::Kind::playhead;
        mark.isJump = jumpPending;
        mark.epoch = epoch;
        mark.position = link->samples.writePosition();
        mark.playhead = playhead.here();
        mark.playhead.goesOn = ! beginPending;

        if (link->marks.push (mark))
        {
            playheadPending = jumpPending = beginPending = false;
            return;
        }
    }

    link->marksLost.fetch_add (1, std::memory_order_relaxed); // the next block brings it again
}

void AudioTap::waitForRoom (std::size_t count) noexcept
{
    constexpr std::size_t mostMarksAtOnce = 3; // format, gap, playhead
    const auto most = std::min (TapLink::sampleCapacity, static_cast<std::size_t> (rate * TapLink::longestWait));
    const auto needed = TapLink::sampleCapacity - most + count;
    const auto isRoom = [this, needed]
    { return link->samples.freeSpace() >= needed && link->marks.freeSpace() >= mostMarksAtOnce; };

    if (isRoom())
    {
        isOverflowing = false;
        return;
    }

    auto lastRead = link->samples.readPosition();
    auto lastProgress = link->listenerProgress.load (std::memory_order_relaxed);

    // A reader that was given up on is waited for again only once it has moved.
    if (gaveUp && lastRead == gaveUpAtRead)
        return;

    gaveUp = false;
    auto deadline = std::chrono::steady_clock::now() + waitWithoutProgress;

    while (! isRoom() && link->wanted.load (std::memory_order_acquire) == listener)
    {
        std::this_thread::sleep_for (offlineNap);

        const auto read = link->samples.readPosition();
        const auto progress = link->listenerProgress.load (std::memory_order_relaxed);
        const auto now = std::chrono::steady_clock::now();

        if (read != lastRead || progress != lastProgress)
            deadline = now + waitWithoutProgress;
        else if (now >= deadline)
        {
            gaveUp = true;
            gaveUpAtRead = read;
            return;
        }

        lastRead = read;
        lastProgress = progress;
    }

    isOverflowing = false;
}

void AudioTap::addGap (std::uint64_t samples) noexcept
{
    if (listener == 0 || link->wanted.load (std::memory_order_acquire) != listener)
        return;

    pendingGap += samples;
    link->dropped.fetch_add (samples, std::memory_order_relaxed);
}

void AudioTap::setChannel (ChannelChoice choice) noexcept
{
    packedChannel.store (choice.packed(), std::memory_order_relaxed);
}

ChannelChoice AudioTap::channel() const noexcept
{
    return ChannelChoice::fromPacked (packedChannel.load (std::memory_order_relaxed));
}

AudioTap::Counters AudioTap::counters() const noexcept
{
    return { link->captured.load (std::memory_order_relaxed), link->ringed.load (std::memory_order_relaxed),
             link->dropped.load (std::memory_order_relaxed), link->notFinite.load (std::memory_order_relaxed) };
}

} // namespace kikitori
