#include "Standalone/CommandLine/Evaluation/Report.h"

#include "Standalone/CommandLine/Evaluation/TextNormaliser.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

namespace kikitori::evaluation
{

namespace
{

using Json = nlohmann::ordered_json;

double rounded (double value, double steps = 100.0) { return std::round (value * steps) / steps; }

Json toJson (const Distribution& d)
{
    if (d.count == 0)
        return { { "count", 0 } };
    return { { "count", d.count },
             { "p50", rounded (d.p50) },
             { "p95", rounded (d.p95) },
             { "mean", rounded (d.mean) },
             { "max", rounded (d.max) } };
}

Json toJson (const ErrorCounts& c)
{
    return { { "substitutions", c.substitutions },
             { "deletions", c.deletions },
             { "insertions", c.insertions },
             { "reference", c.reference } };
}

Json optionalMs (const std::optional<double>& value, double scale)
{
    return value ? Json (rounded (*value * scale)) : Json (nullptr);
}

Json toJson (const UtteranceResult& u)
{
    Json utterance{ { "audio", u.audio },
                    { "reference", u.reference },
                    { "hypothesis", u.hypothesis },
                    { "duration", rounded (u.durationSeconds, 1000.0) },
                    { "wer", rounded (u.words.percent()) },
                    { "cer", rounded (u.characters.percent()) },
                    { "first_partial_ms", optionalMs (u.firstPartialSeconds, 1000.0) },
                    { "final_ms", optionalMs (u.finalSeconds, 1000.0) },
                    { "word_end_to_partial_ms", optionalMs (u.wordLatencyMs, 1.0) },
                    { "stop_to_final_ms", optionalMs (u.stopToFinalMs, 1.0) } };
    if (! u.error.empty())
        utterance["error"] = u.error;
    return utterance;
}

template <typename Get>
Distribution collect (const std::vector<UtteranceResult>& utterances, double scale, Get get)
{
    std::vector<double> values;
    for (const auto& u : utterances)
        if (const auto value = get (u))
            values.push_back (*value * scale);
    return summarise (std::move (values));
}

std::string line (const char* name, const Distribution& d)
{
    if (d.count == 0)
        return {};
    char buffer[160];
    std::snprintf (buffer, sizeof buffer, "%-24s p50 %.0f ms, p95 %.0f ms, max %.0f ms (%zu)\n", name, d.p50, d.p95,
                   d.max, d.count);
    return buffer;
}

std::string line (const char* name, const ErrorCounts& c)
{
    char buffer[200];
    std::snprintf (buffer, sizeof buffer, "%-24s %.2f %% (%zu substituted, %zu deleted, %zu inserted of %zu)\n", name,
                   c.percent(), c.substitutions, c.deletions, c.insertions, c.reference);
    return buffer;
}

} // namespace

void score (UtteranceResult& utterance)
{
    const std::string reference = normaliseText (utterance.reference);
    const std::string hypothesis = normaliseText (utterance.hypothesis);
    utterance.words = countErrors (splitWords (reference), splitWords (hypothesis));
    utterance.characters = countErrors (splitCharacters (reference), splitCharacters (hypothesis));
}

ErrorCounts EvaluationReport::words() const
{
    ErrorCounts sum;
    for (const auto& u : utterances)
        sum += u.words;
    return sum;
}

ErrorCounts EvaluationReport::characters() const
{
    ErrorCounts sum;
    for (const auto& u : utterances)
        sum += u.characters;
    return sum;
}

Interval EvaluationReport::wordRateInterval() const
{
    std::vector<ErrorCounts> counts;
    for (const auto& u : utterances)
        counts.push_back (u.words);
    return confidenceInterval (counts);
}

Interval EvaluationReport::characterRateInterval() const
{
    std::vector<ErrorCounts> counts;
    for (const auto& u : utterances)
        counts.push_back (u.characters);
    return confidenceInterval (counts);
}

double EvaluationReport::audioSeconds() const
{
    double sum = 0.0;
    for (const auto& u : utterances)
        sum += u.durationSeconds;
    return sum;
}

std::size_t EvaluationReport::failures() const
{
    return static_cast<std::size_t> (
        std::count_if (utterances.begin(), utterances.end(), [] (const auto& u) { return ! u.error.empty(); }));
}

Distribution EvaluationReport::wordLatencyMs() const
{
    return collect (utterances, 1.0, [] (const auto& u) { return u.wordLatencyMs; });
}

Distribution EvaluationReport::firstPartialMs() const
{
    return collect (utterances, 1000.0, [] (const auto& u) { return u.firstPartialSeconds; });
}

Distribution EvaluationReport::stopToFinalMs() const
{
    return collect (utterances, 1.0, [] (const auto& u) { return u.stopToFinalMs; });
}

std::string writeJson (const EvaluationReport& report)
{
    Json utterances = Json::array();
    for (const auto& u : report.utterances)
        utterances.push_back (toJson (u));

    const auto toJsonInterval = [] (const Interval& i) { return Json{ rounded (i.low, 1000.0), rounded (i.high, 1000.0) }; };
    Json document{ { "wer", rounded (report.words().percent(), 1000.0) },
                   { "wer_interval", toJsonInterval (report.wordRateInterval()) },
                   { "cer", rounded (report.characters().percent(), 1000.0) },
                   { "cer_interval", toJsonInterval (report.characterRateInterval()) },
                   { "count", report.utterances.size() },
                   { "failed", report.failures() },
                   { "model", report.model },
                   { "realtime", report.realtime },
                   { "audio_seconds", rounded (report.audioSeconds()) },
                   { "wall_seconds", rounded (report.wallSeconds) },
                   { "words", toJson (report.words()) },
                   { "characters", toJson (report.characters()) },
                   { "latencies",
                     { { "word_end_to_partial_ms", toJson (report.wordLatencyMs()) },
                       { "first_partial_ms", toJson (report.firstPartialMs()) },
                       { "stop_to_final_ms", toJson (report.stopToFinalMs()) } } },
                   { "utterances", std::move (utterances) } };
    return document.dump (2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string writeText (const EvaluationReport& report)
{
    std::string out;
    for (const auto& u : report.utterances)
    {
        if (! u.error.empty())
            out += "failed " + u.audio + ": " + u.error + "\n";
        else if (u.words.errors() > 0)
            out += u.audio + "\n  said  " + u.reference + "\n  heard " + u.hypothesis + "\n";
    }

    char buffer[200];
    std::snprintf (buffer, sizeof buffer, "%-24s %zu, %.1f s of audio in %.1f s, %zu failed\n", "utterances",
                   report.utterances.size(), report.audioSeconds(), report.wallSeconds, report.failures());
    out += (out.empty() ? "" : "\n") + std::string (buffer);
    const auto confidence = [&buffer] (const Interval& interval)
    {
        std::snprintf (buffer, sizeof buffer, "%-24s %.2f to %.2f %%\n", "  with 95 % confidence", interval.low,
                       interval.high);
        return std::string (buffer);
    };
    out += line ("word error rate", report.words()) + confidence (report.wordRateInterval());
    out += line ("character error rate", report.characters()) + confidence (report.characterRateInterval());
    if (report.realtime)
        out += line ("word end to its partial", report.wordLatencyMs());
    return out + line ("stop to the last word", report.stopToFinalMs());
}

} // namespace kikitori::evaluation
