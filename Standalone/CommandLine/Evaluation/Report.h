/*  What an evaluation found, as text for people and as JSON for programs.

    Threads: plain values.
    Failure: utterances that could not be transcribed are listed with their reason and count as deleted words.
*/
#pragma once

#include "Standalone/CommandLine/Evaluation/ErrorRate.h"
#include "Standalone/CommandLine/Evaluation/Latency.h"

#include <optional>
#include <string>
#include <vector>

namespace kikitori::evaluation
{

struct UtteranceResult
{
    std::string audio; ///< as the manifest writes it
    std::string reference;
    std::string hypothesis; ///< as the backend wrote it
    double durationSeconds = 0.0;
    ErrorCounts words, characters;

    // Times are wall-clock seconds since the first sample was due; latencies are set in real time only.
    std::optional<double> firstPartialSeconds;
    std::optional<double> finalSeconds;  ///< when the last word was confirmed
    std::optional<double> wordLatencyMs; ///< end of the last word (by energy) to its settled text
    std::optional<double> stopToFinalMs; ///< stop to the end of the session
    std::string error;                   ///< "" if all went well
};

struct EvaluationReport
{
    std::vector<UtteranceResult> utterances;
    std::string model;
    bool realtime = false;
    double wallSeconds = 0.0;

    ErrorCounts words() const;
    ErrorCounts characters() const;
    Interval wordRateInterval() const;
    Interval characterRateInterval() const;
    double audioSeconds() const;
    std::size_t failures() const;
    Distribution wordLatencyMs() const;
    Distribution firstPartialMs() const;
    Distribution stopToFinalMs() const;
};

/** Fills in the error counts from reference and hypothesis. */
void score (UtteranceResult& utterance);

std::string writeJson (const EvaluationReport& report);
std::string writeText (const EvaluationReport& report);

} // namespace kikitori::evaluation
