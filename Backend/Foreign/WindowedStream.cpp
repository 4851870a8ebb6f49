#include "Backend/Foreign/WindowedStream.h"

#include <algorithm>
#include <cstdlib>

namespace kikitori::backend
{

namespace
{
bool isBlank (const float* frame, std::size_t vocabulary)
{
    return std::max_element (frame, frame + vocabulary) == frame;
}

/** Frames before the middle of the last pair of blanks in [first, last), or before the last blank, or `last`. */
std::size_t cutAtBlank (std::span<const float> frames, std::size_t vocabulary, std::size_t first, std::size_t last)
{
    const auto blankAt = [&] (std::size_t t) { return isBlank (frames.data() + t * vocabulary, vocabulary); };

    for (auto t = last; t > first + 1; --t)
        if (blankAt (t - 1) && blankAt (t - 2))
            return t - 1;

    for (auto t = last; t > first; --t)
        if (blankAt (t - 1))
            return t;

    return last;
}
} // namespace

std::vector<int> windowChoices (std::uint64_t parameters)
{
    if (parameters > 300'000'000)
        return { 2560, 5120 };
    if (parameters > 50'000'000)
        return { 1280, 2560, 5120 };

    return { 640, 1280, 2560, 5120 };
}

WindowRules windowRules (int stepMs)
{
    WindowRules rules;
    rules.step = static_cast<std::size_t> (stepMs) * 16;
    return rules;
}

int nearestChoice (const std::vector<int>& choices, int wanted)
{
    return *std::min_element (choices.begin(), choices.end(),
                              [wanted] (int a, int b) { return std::abs (a - wanted) < std::abs (b - wanted); });
}

WindowedStream::WindowedStream (const AcousticModel& modelToUse, WindowRules windowRules)
    : model (modelToUse), rules (windowRules), frame (static_cast<std::size_t> (model.frameSamples())),
      vocabulary (model.card().vocabulary.size())
{
}

void WindowedStream::reset()
{
    audio.clear();
    tail.clear();
    start = cut = heard = 0;
}

void WindowedStream::push (std::span<const float> samples, std::vector<float>& settled)
{
    while (! samples.empty())
    {
        const auto end = start + audio.size();
        const auto wanted = heard + rules.step - end;
        const auto taken = samples.first (std::min (wanted, samples.size()));
        audio.insert (audio.end(), taken.begin(), taken.end());
        samples = samples.subspan (taken.size());

        if (taken.size() == wanted)
            recognise (start + audio.size(), false, settled);
    }
}

void WindowedStream::finish (std::vector<float>& settled) { recognise (start + audio.size(), true, settled); }

void WindowedStream::recognise (std::size_t end, bool isLast, std::vector<float>& settled)
{
    heard = end;
    const auto before = (cut - start) / frame; // settled frames that are in the window again
    auto all = model.recognise (audio);
    const auto frames = all.size() / vocabulary;

    if (frames <= before)
    {
        tail.clear();
        return;
    }

    auto ready = frames;

    if (! isLast)
    {
        const auto after = rules.after / frame;
        const auto limit = std::max (before, frames > after ? frames - after : 0);
        const auto first = limit > rules.searchBack / frame ? limit - rules.searchBack / frame : 0;
        ready = cutAtBlank (all, vocabulary, std::max (before, first), limit);
    }

    const auto at = [&] (std::size_t t) { return all.begin() + static_cast<std::ptrdiff_t> (t * vocabulary); };
    settled.insert (settled.end(), at (before), at (ready));
    tail.assign (at (ready), all.end());
    cut = start + ready * frame;

    // The next window begins `before` samples ahead of what is not settled.
    if (cut > start + rules.before)
    {
        const auto surplus = (cut - rules.before - start) / frame * frame;
        audio.erase (audio.begin(), audio.begin() + static_cast<std::ptrdiff_t> (std::min (surplus, audio.size())));
        start += surplus;
    }
}

} // namespace kikitori::backend
