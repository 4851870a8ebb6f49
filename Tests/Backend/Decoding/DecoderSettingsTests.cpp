#include "Backend/Decoding/DecoderSettings.h"
#include "Support/Catch.h"
#include "Support/TemporaryFolder.h"

using namespace kikitori::backend;

namespace
{
kikitori::Result<DecoderSettings> read (const std::string& decoder)
{
    const TemporaryFolder folder;
    folder.write ("config.json", R"({"decoder": )" + decoder + "}");
    return DecoderSettings::read (folder.path / "config.json");
}
} // namespace

TEST_CASE ("weights, endpoint rules, confidence and silence come from config.json, defaults where it says nothing",
           "[settings]")
{
    const auto settings = read (R"({"beam": 7, "language_weight": 1.25, "endpoint_silence_after_text": 0.6,
                                    "confidence_slope": 2, "confidence_offset": -1, "noise_margin": 9})");
    REQUIRE (settings.ok());
    CHECK (settings.value().beam.beam == 7);
    CHECK (settings.value().beam.languageWeight == 1.25f);
    CHECK (settings.value().beam.wordBonus == BeamOptions().wordBonus);
    CHECK (settings.value().endpoint.silenceAfterText == 0.6);
    CHECK (settings.value().endpoint.longestSegment == EndpointRules().longestSegment);
    CHECK (settings.value().confidence.calibrated (0.5f) == Approx (1.0 / (1.0 + std::exp (1.0))));
    CHECK (settings.value().noiseMargin == 9.0f);
}

TEST_CASE ("without a curve a word's confidence is its score", "[settings]")
{
    for (const auto score : { 0.01f, 0.3f, 0.5f, 0.99f })
        CHECK (ConfidenceCurve().calibrated (score) == Approx (score));
    CHECK (ConfidenceCurve().calibrated (0.0f) >= 0.0f);
    CHECK (ConfidenceCurve().calibrated (1.0f) <= 1.0f);
}

TEST_CASE ("bad settings are refused with key, value and what is allowed", "[settings]")
{
    for (const auto* decoder :
         { R"({"beam": 0})", R"({"beam": "many"})", R"({"word_bonus": 1e9})", R"({"width": null})",
           R"({"endpoint_silence_after_text": 0})", R"({"confidence_slope": -1})", R"({"noise_margin": -1})" })
    {
        const auto settings = read (decoder);
        REQUIRE_FALSE (settings.ok());
        CHECK (settings.error().code == "model_broken");
        CHECK_THAT (settings.error().message,
                    Catch::Matchers::Contains ("decoder.") && Catch::Matchers::Contains ("allowed is"));
    }

    CHECK_FALSE (read ("7").ok());
    CHECK_FALSE (read (R"({"endpoint_longest_segment": 4, "endpoint_cut_search": 5})").ok());
}
