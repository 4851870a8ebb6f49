#include "Audio/TapReader.h"

#include <algorithm>

namespace kikitori
{

namespace
{

constexpr double streamRate = 48000.0;

} // namespace

TapReader::TapReader (std::shared_ptr<TapLink> tapLink) : link (std::move (tapLink)) {}

void TapReader::begin (std::uint64_t newGeneration)
{
    generation = newGeneration;
    isOurs = false;
    hostRate = 0.0;
    epochStart = epochInput = emitted = 0;
    resampler.reset();
    ready.clear();
    link->wanted.store (newGeneration, std::memory_order_release);
}

void TapReader::close() noexcept
{
    // Only our own: another listener may have begun since.
    auto ours = generation;
    link->wanted.compare_exchange_strong (ours, 0, std::memory_order_acq_rel);
}

std::size_t TapReader::drain (TapSink& sink, std::size_t mostSamples)
{
    std::size_t total = 0;

    while (total < mostSamples)
    {
        // The count first, the marks afterwards: every mark that precedes one of these samples is visible then.
        auto count = std::min (link->samples.available(), mostSamples - total);
        const auto mark = link->marks.peek (1);

        if (mark.size() == 1)
        {
            const auto ahead = mark.first.front().position - link->samples.readPosition();

            if (ahead == 0)
            {
                handleMark (sink, mark.first.front());
                link->marks.discard (1);
                continue;
            }

            count = static_cast<std::size_t> (std::min<std::uint64_t> (count, ahead));
        }

        if (count == 0)
            break;

        count = std::min (count, pieceSamples);
        readSamples (sink, count);
        total += count;
    }

    return total;
}

void TapReader::readSamples (TapSink& sink, std::size_t count)
{
    const auto pieces = link->samples.peek (count);

    if (isOurs && resampler)
    {
        resampler->process (pieces.first, ready);
        resampler->process (pieces.second, ready);
        epochInput += static_cast<std::int64_t> (count);
    }
    else if (isOurs)
    {
        const auto from = streamPosition (epochInput);
        epochInput += static_cast<std::int64_t> (count);
        emitted = streamPosition (epochInput);
        sink.onGap (from, emitted - from);
    }

    link->samples.discard (count);
    emit (sink);
}

void TapReader::handleMark (TapSink& sink, const TapMark& mark)
{
    if (mark.kind == TapMark::Kind::format)
        return startEpoch (sink, mark);

    if (! isOurs)
        return;

    if (mark.kind == TapMark::Kind::gap)
    {
        flush (sink);
        epochInput += static_cast<std::int64_t> (mark.samples);
        const auto end = streamPosition (epochInput);
        sink.onGap (emitted, end - emitted);
        emitted = end;
        return;
    }

    if (mark.isJump)
        flush (sink);

    sink.onPlayhead (streamPosition (epochInput), mark.playhead, hostRate, mark.isJump);
}

void TapReader::startEpoch (TapSink& sink, const TapMark& mark)
{
    flush (sink);
    isOurs = mark.generation == generation;
    resampler.reset();

    if (! isOurs)
        return;

    epochStart = emitted;
    epochInput = 0;
    hostRate = mark.sampleRate;
    auto made = StreamResampler::create (hostRate, streamRate);

    if (made)
        resampler = std::move (made).value();
    else
        sink.onTapError (made.error());

    sink.onFormat (epochStart, hostRate);
}

void TapReader::flush (TapSink& sink)
{
    if (! isOurs || ! resampler || resampler->inputCount() == 0)
        return;

    resampler->finish (ready);

    // The piece was rounded for itself; the stream's position is rounded from the epoch's whole count.
    const auto due = streamPosition (epochInput) - emitted;
    ready.resize (static_cast<std::size_t> (std::max<std::int64_t> (due, 0)), ready.empty() ? 0.0f : ready.back());
    emit (sink);
}

void TapReader::emit (TapSink& sink)
{
    if (ready.empty())
        return;

    sink.onAudio (emitted, ready);
    emitted += static_cast<std::int64_t> (ready.size());
    ready.clear();
}

std::int64_t TapReader::position() const noexcept { return hostRate > 0.0 ? streamPosition (epochInput) : emitted; }

std::int64_t TapReader::streamPosition (std::int64_t input) const noexcept
{
    return epochStart + StreamResampler::outputFor (input, hostRate, streamRate);
}

} // namespace kikitori
