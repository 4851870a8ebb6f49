/*  Streams a model that wants its whole input: overlapping windows, of which the middle is taken.

    A window is some audio of before, the new audio and a little that follows. Its last part, where the model lacks what
    comes next, stays provisional. What is settled ends at a frame of blanks, so that no token is cut in two or told
    twice by neighbouring windows; only where a voice goes on without a blank for long, the cut is where it must be.

    Threads: as AcousticStream.
    Failure: none.
*/
#pragma once

#include "Backend/Foreign/AcousticModel.h"

namespace kikitori::backend
{

/** 16 kHz samples. */
struct WindowRules
{
    std::size_t before = 40960;    ///< 2.56 s of context
    std::size_t after = 10240;     ///< 0.64 s that stay provisional
    std::size_t step = 20480;      ///< new audio for each window
    std::size_t searchBack = 8960; ///< the cut may lie that much earlier, to find blanks
};

/** The steps, in ms, between which a window may be chosen: larger models get longer ones, because each window costs its
    whole length. */
std::vector<int> windowChoices (std::uint64_t parameters);
WindowRules windowRules (int stepMs);
/** The one of ascending choices that is nearest. */
int nearestChoice (const std::vector<int>& choices, int wanted);

class WindowedStream final : public AcousticStream
{
public:
    WindowedStream (const AcousticModel& model, WindowRules rules);

    void reset() override;
    void push (std::span<const float> samples, std::vector<float>& settled) override;
    std::span<const float> provisional() const override { return tail; }
    void finish (std::vector<float>& settled) override;

private:
    void recognise (std::size_t end, bool isLast, std::vector<float>& settled);

    const AcousticModel& model;
    const WindowRules rules;
    const std::size_t frame; ///< samples
    const std::size_t vocabulary;
    std::vector<float> audio; ///< from `start` on
    std::size_t start = 0;    ///< first sample of `audio`, a whole number of frames
    std::size_t cut = 0;      ///< settled up to here, a whole number of frames
    std::size_t heard = 0;    ///< end of the last window
    std::vector<float> tail;  ///< provisional log probabilities from `cut` on
};

} // namespace kikitori::backend
