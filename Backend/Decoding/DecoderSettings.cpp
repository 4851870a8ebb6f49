#include "Backend/Decoding/DecoderSettings.h"

#include "Protocol/JsonReading.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <sstream>

namespace kikitori::backend
{

namespace
{
class Numbers
{
public:
    explicit Numbers (const nlohmann::json& objectToRead) : object (objectToRead)
    {
        if (! object.is_object())
            problem = "\"decoder\" must be an object";
    }

    /** What is not there keeps its default. */
    template <typename Number>
    void read (const char* key, Number& target, double least, double most)
    {
        if (! problem.empty() || ! object.contains (key))
            return;

        const auto& value = object[key];

        if (value.is_number() && value.get<double>() >= least && value.get<double>() <= most)
            target = static_cast<Number> (value.get<double>());
        else
            problem = "\"decoder." + std::string (key) + "\" is " + value.dump().substr (0, 60) + "; allowed is "
                      + std::to_string (least) + " to " + std::to_string (most);
    }

    std::string problem;

private:
    const nlohmann::json& object;
};
} // namespace

float ConfidenceCurve::calibrated (float score) const noexcept
{
    const auto p = std::clamp (score, 1e-4f, 1.0f - 1e-4f);
    return 1.0f / (1.0f + std::exp (-(slope * std::log (p / (1.0f - p)) + offset)));
}

Result<DecoderSettings> DecoderSettings::read (const std::filesystem::path& configFile)
{
    std::ifstream in (configFile);
    std::stringstream content;
    content << in.rdbuf();
    const auto config = parseJson (content.str());
    DecoderSettings settings;

    if (! config || ! config.value().is_object() || ! config.value().contains ("decoder"))
        return settings;

    Numbers numbers (config.value()["decoder"]);
    numbers.read ("beam", settings.beam.beam, 1.0, 1000.0);
    numbers.read ("width", settings.beam.width, 1.0, 1000.0);
    numbers.read ("token_width", settings.beam.tokenWidth, 1.0, 1000.0);
    numbers.read ("language_weight", settings.beam.languageWeight, 0.0, 10.0);
    numbers.read ("word_bonus", settings.beam.wordBonus, -20.0, 20.0);
    numbers.read ("hot_word", settings.beam.hotWord, 0.0, 50.0);
    numbers.read ("missing_space", settings.beam.missingSpace, -100.0, 0.0);
    numbers.read ("unfinished_word", settings.beam.unfinishedWord, -100.0, 0.0);
    numbers.read ("blank_penalty", settings.beam.blankPenalty, -10.0, 10.0);
    numbers.read ("prior_scale", settings.beam.priorScale, 0.0, 2.0);
    numbers.read ("commit_after", settings.beam.commitAfter, 0.1, 60.0);
    numbers.read ("commit_margin", settings.beam.commitMargin, 0.0, 1000.0);
    numbers.read ("commit_latest", settings.beam.commitLatest, 0.1, 60.0);
    numbers.read ("endpoint_silence_without_text", settings.endpoint.silenceWithoutText, 0.2, 60.0);
    numbers.read ("endpoint_silence_after_text", settings.endpoint.silenceAfterText, 0.2, 60.0);
    numbers.read ("endpoint_longest_segment", settings.endpoint.longestSegment, 2.0, 120.0);
    numbers.read ("endpoint_cut_search", settings.endpoint.cutSearch, 0.0, 30.0);
    numbers.read ("confidence_slope", settings.confidence.slope, 0.0, 100.0);
    numbers.read ("confidence_offset", settings.confidence.offset, -100.0, 100.0);
    numbers.read ("word_delay", settings.wordDelay, 0.0, 1.0);
    numbers.read ("noise_margin", settings.noiseMargin, 0.0, 60.0);

    if (numbers.problem.empty() && settings.endpoint.cutSearch >= settings.endpoint.longestSegment)
        numbers.problem = "\"decoder.endpoint_cut_search\" must be shorter than \"endpoint_longest_segment\"";

    if (! numbers.problem.empty())
        return Error{ "model_broken", configFile.string() + ": " + numbers.problem + "." };

    return settings;
}

} // namespace kikitori::backend
