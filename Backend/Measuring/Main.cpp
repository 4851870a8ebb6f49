// kikitori-measure: how well a model's decoding keeps its promises, on recordings whose words are known.
#include "Backend/Measuring/Calibration.h"
#include "Backend/Measuring/Reports.h"

#include <iostream>

#include <CLI/CLI.hpp>

using namespace kikitori;
using namespace kikitori::backend;

namespace
{
struct Options
{
    std::filesystem::path model;
    std::vector<std::filesystem::path> manifests;
    std::string split = "dev";
    std::vector<std::string> reports{ "accuracy", "confidence", "times", "stability", "hotwords", "silence" };
    std::size_t limit = 0;
    int chunkMs = 320;
};

int refuse (const Error& error)
{
    std::cerr << "kikitori-measure: " << error.message << '\n';
    return 1;
}

bool wants (const Options& options, const char* report)
{
    return std::find (options.reports.begin(), options.reports.end(), report) != options.reports.end();
}

int measure (const Options& options)
{
    const auto recordings = readRecordings (options.manifests, options.split, options.limit);

    if (! recordings)
        return refuse (recordings.error());

    const auto model = RecognizerModel::load (options.model);

    if (! model)
        return refuse (model.error());

    const Bench bench{ options.model, model.value(), recordings.value(), options.chunkMs };
    const auto heard = transcribeAll (bench, model.value());
    nlohmann::json report{ { "recordings", recordings.value().size() }, { "chunk_ms", options.chunkMs } };

    if (wants (options, "accuracy"))
        report["accuracy"] = reportAccuracy (bench, heard);
    if (wants (options, "confidence"))
        report["confidence"] = reportConfidence (bench, heard);
    if (wants (options, "times"))
        report["times"] = reportTimes (bench, heard);
    if (wants (options, "stability"))
        report["stability"] = reportStability (heard);
    if (wants (options, "hotwords"))
        report["hotwords"] = reportHotwords (bench, heard);
    if (wants (options, "silence"))
        report["silence"] = reportSilence (bench, heard);

    std::cout << report.dump (2) << '\n';
    return 0;
}
} // namespace

int main (int argc, char** argv)
{
    Options options;
    CLI::App app (
        "Measures a model's decoding: errors of 8-bit weights against 32-bit ones, calibration of confidences "
        "(and the curve for config.json), word times, stable text, hot words, the cost of silence.");
    app.add_option ("model", options.model, "model folder")->required();
    app.add_option ("manifests", options.manifests, "manifest.jsonl files")->required();
    app.add_option ("--split", options.split, "which lines of the manifests")->capture_default_str();
    app.add_option ("--limit", options.limit, "only so many lines of each manifest");
    app.add_option ("--chunk", options.chunkMs, "milliseconds")->capture_default_str();
    app.add_option ("--report", options.reports, "what to measure")
        ->delimiter (',')
        ->check (CLI::IsMember (options.reports));
    CLI11_PARSE (app, argc, argv);
    return measure (options);
}
