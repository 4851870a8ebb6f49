#include "Standalone/CommandLine/Evaluation/Report.h"
#include "Support/Catch.h"

#include <nlohmann/json.hpp>

using namespace kikitori::evaluation;

namespace
{

EvaluationReport example()
{
    EvaluationReport report;
    report.realtime = true;

    UtteranceResult right;
    right.audio = "a.opus";
    right.reference = "We'll go, now.";
    right.hypothesis = "we'll go now";
    right.durationSeconds = 1.5;
    right.firstPartialSeconds = 0.7;
    right.wordLatencyMs = 320.0;
    right.stopToFinalMs = 40.0;

    UtteranceResult failed;
    failed.audio = "b.opus";
    failed.reference = "gone";
    failed.error = "b.opus: no such file";

    for (auto* u : { &right, &failed })
    {
        score (*u);
        report.utterances.push_back (*u);
    }
    return report;
}

} // namespace

TEST_CASE ("the JSON report has the rates in percent, the latencies and every utterance")
{
    const auto json = nlohmann::json::parse (writeJson (example()));
    CHECK (json["wer"] == 25.0); // 4 words, the lost utterance's one is wrong
    CHECK (json["cer"].get<double>() > 0.0);
    CHECK (json["wer_interval"][0].get<double>() <= 25.0);
    CHECK (json["wer_interval"][1].get<double>() >= 25.0);
    CHECK (json["cer_interval"][0].get<double>() <= json["cer"].get<double>());
    CHECK (json["cer_interval"][1].get<double>() >= json["cer"].get<double>());
    CHECK (json["count"] == 2);
    CHECK (json["failed"] == 1);
    CHECK (json["latencies"]["word_end_to_partial_ms"]["p50"] == 320.0);
    CHECK (json["latencies"]["stop_to_final_ms"]["count"] == 1);
    REQUIRE (json["utterances"].size() == 2);
    CHECK (json["utterances"][0]["hypothesis"] == "we'll go now");
    CHECK (json["utterances"][0]["wer"] == 0.0);
    CHECK (json["utterances"][0]["first_partial_ms"] == 700.0);
    CHECK (json["utterances"][0]["final_ms"].is_null());
    CHECK (json["utterances"][1]["error"] == "b.opus: no such file");
}

TEST_CASE ("the text report names what failed and what was misheard")
{
    const auto text = writeText (example());
    CHECK (text.find ("failed b.opus: b.opus: no such file") != std::string::npos);
    CHECK (text.find ("word error rate          25.00 %") != std::string::npos);
    CHECK (text.find ("word end to its partial") != std::string::npos);
    CHECK (writeText ({}).find ("utterances               0") == 0);
}
