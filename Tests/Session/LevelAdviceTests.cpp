#include "Session/LevelAdvice.h"
#include "Support/Catch.h"

using namespace kikitori;
using Verdict = LevelAdvice::Verdict;

namespace
{
/** Words of half a second and pauses of half a second, as a meter shows them. */
Verdict speak (LevelAdvice& advice, double from, double seconds, float words, float pauses)
{
    auto verdict = Verdict::fine;
    for (auto time = 0.0; time < seconds; time += 0.05)
    {
        const auto rms = static_cast<int> (time * 2.0) % 2 == 0 ? words : pauses;
        verdict = advice.update ({ rms * 5.0f, rms }, from + time);
    }
    return verdict;
}
} // namespace

TEST_CASE ("speech of usual level needs no advice, quiet speech does, and not any more when it is louder", "[level]")
{
    LevelAdvice advice;
    CHECK (speak (advice, 100.0, 10.0, 0.05f, 0.0005f) == Verdict::fine);
    CHECK (speak (advice, 110.0, 12.0, 0.0015f, 0.00015f) == Verdict::veryQuiet);
    CHECK (speak (advice, 122.0, 2.0, 0.05f, 0.0005f) == Verdict::fine);
}

TEST_CASE ("a quiet room where nobody speaks is not called quiet, nor is silence, nor a meter that rises", "[level]")
{
    LevelAdvice advice;
    CHECK (speak (advice, 0.0, 12.0, 0.0f, 0.0f) == Verdict::fine);
    CHECK (speak (advice, 12.0, 12.0, 0.0006f, 0.0005f) == Verdict::fine);
}

TEST_CASE ("clipping is told at once and for three seconds", "[level]")
{
    LevelAdvice advice;
    CHECK (advice.update ({ 1.0f, 0.2f }, 5.0) == Verdict::tooLoud);
    CHECK (advice.update ({ 0.5f, 0.2f }, 7.9) == Verdict::tooLoud);
    CHECK (advice.update ({ 0.5f, 0.2f }, 8.1) == Verdict::fine);
    CHECK (std::string (describe (Verdict::tooLoud)).starts_with ("Too loud"));
}
