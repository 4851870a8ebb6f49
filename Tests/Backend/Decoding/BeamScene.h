// A small language of four words, and paths through its letters.
#pragma once

#include "Backend/Decoding/BeamDecoder.h"
#include "Backend/Decoding/WordBuilder.h"
#include "Backend/LanguageModel/Estimation.h"
#include "Support/Catch.h"
#include "Support/TemporaryFolder.h"

#include <cmath>

namespace kikitori::test
{

using namespace kikitori::backend;

inline const std::vector<std::string> tokens{ "_", " ", "a", "b", "c", "d" };
inline const Text sentences{ { "ab", "cad" },  { "ab", "cad" },  { "ab", "cad" },
                             { "cab", "bad" }, { "cab", "bad" }, { "dad" } };

inline std::shared_ptr<const Language> language (BeamOptions options = {}, const Text& text = sentences)
{
    const TemporaryFolder folder;
    const auto file = folder.path / "lm.bin";
    const std::vector<WeightedText> texts{ { text, 1.0, true } };
    REQUIRE (NGramModel::write (estimate (text, chooseVocabulary (texts, 100), 3), file).ok());
    auto model = NGramModel::load (file);
    REQUIRE (model.ok());
    return std::make_shared<const Language> (model.value(), tokens, options);
}

/** Frames in which each character ('_' is blank) has this probability and the others share the rest. */
inline std::vector<float> frames (const std::string& path, float probability = 0.9f)
{
    std::vector<float> result;

    for (const auto character : path)
        for (const auto& token : tokens)
            result.push_back (std::log (token.front() == character
                                            ? probability
                                            : (1.0f - probability) / static_cast<float> (tokens.size() - 1)));

    return result;
}

inline std::string decoded (BeamDecoder& decoder) { return joinWords (decoder.finish()); }

} // namespace kikitori::test
