#include "Session/MissingParts.h"

#include "Core/PlainText.h"

#include <cmath>

namespace kikitori
{

namespace
{

Error noWords (float loudest, const std::string& input)
{
    constexpr float quiet = 0.01f; // -40 dB
    if (loudest == 0.0f)
        return { "no_words", input + ": No words were recognized. The recording is silent; check the input or the file." };

    return { "no_words", input + ": No words were recognized. The loudest level is " + decibels (loudest) + "."
                             + (loudest < quiet ? " Raise the recording's level and try again." : "") };
}

} // namespace

std::vector<Error> missingParts (const StreamEnd& end, const std::string& input)
{
    std::vector<Error> parts;

    if (end.inputProblem)
        parts.push_back (*end.inputProblem);

    if (end.hasFailed)
        return parts;

    if (end.lostSeconds > 0.0)
        parts.push_back ({ "audio_lost", input + ": " + decimalText (end.lostSeconds, 2)
                                             + " s of audio were lost; the times stay right." });

    if (! end.hasWords && end.seconds > 0.0)
        parts.push_back (noWords (end.loudest, input));

    return parts;
}

std::string decibels (float magnitude)
{
    return decimalText (20.0 * std::log10 (static_cast<double> (magnitude)), 1) + " dB";
}

} // namespace kikitori
