/*  How a model's output becomes text: "decoder" of its config.json, all of it data with defaults.

    Threads: plain values.
    Failure: model_broken; the message names file, key, value and what is allowed.
*/
#pragma once

#include "Backend/Decoding/Endpoint.h"
#include "Core/Result.h"

#include <filesystem>

namespace kikitori::backend
{

struct BeamOptions
{
    int beam = 48;                ///< hypotheses kept after each frame
    float width = 16.0f;          ///< hypotheses that are this much (natural log) worse than the best go
    float tokenWidth = 9.0f;      ///< tokens that are this much less likely than the frame's best are not tried
    float languageWeight = 0.6f;  ///< of the language model's log probabilities
    float wordBonus = 0.5f;       ///< for each word; makes up for the language model's dislike of long texts
    float missingSpace = -4.0f;   ///< for a word that begins without a space before it
    float hotWord = 4.0f;         ///< for each of the words that a session expects
    float unfinishedWord = -8.0f; ///< for the letters of a word that has not been completed at the end
    float blankPenalty = 0.0f;    ///< off the log probability of the blank, of which CTC models are too sure
    float priorScale = 0.0f;      ///< share of each letter's log frequency that goes off its log probability
    float commitAfter = 0.6f;     ///< seconds after a word's end from which on it settles, and a pause ends a word
    float commitMargin = 0.0f;    ///< hypotheses without a word of that age that are this much worse go
    float commitLatest = 2.0f;    ///< seconds after a word's end at which all hypotheses without it go
};

/** From a word's score, the geometric mean of its tokens' probabilities, to how often such words are right: a logistic
    function of the score's log odds (J. Platt, Probabilistic outputs for support vector machines, 1999). */
struct ConfidenceCurve
{
    float slope = 1.0f;
    float offset = 0.0f;

    float calibrated (float score) const noexcept;
};

struct DecoderSettings
{
    BeamOptions beam;
    EndpointRules endpoint;
    ConfidenceCurve confidence;
    float wordDelay = 0.0f;   ///< seconds from a word's sound to the frames in which the model finds it
    float noiseMargin = 6.0f; ///< dB: what is not so much louder than the noise is silence, which is not decoded

    static Result<DecoderSettings> read (const std::filesystem::path& configFile);
};

} // namespace kikitori::backend
