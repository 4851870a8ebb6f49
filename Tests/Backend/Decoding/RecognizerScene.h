/*  Streams of the tiny model, and what they say to noise. */
#pragma once

#include "Backend/Decoding/Recognizer.h"
#include "Backend/LanguageModel/Estimation.h"
#include "Backend/LanguageModel/NGramModel.h"
#include "Support/Catch.h"
#include "Support/TemporaryFolder.h"

#include <random>

namespace kikitori::backend
{

inline std::shared_ptr<const RecognizerModel> loaded (const std::filesystem::path& folder)
{
    auto model = RecognizerModel::load (folder, Precision::fp32);
    REQUIRE (model.ok());
    return model.value();
}

/** The tiny model writes letters at random; with a language, random words of one to three letters. */
inline std::shared_ptr<const RecognizerModel> tinyModel (bool withLanguage)
{
    if (! withLanguage)
        return loaded (KIKITORI_FIXTURES "/tiny_model");

    std::mt19937 random (2);
    Text text (200);

    for (auto& sentence : text)
        for (int word = 0; word < 8; ++word)
        {
            auto& letters = sentence.emplace_back();
            for (auto left = 1 + random() % 3; left > 0; --left)
                letters += static_cast<char> ('a' + random() % 26);
        }

    const TemporaryFolder folder;
    std::filesystem::copy (KIKITORI_FIXTURES "/tiny_model", folder.path);
    const std::vector<WeightedText> texts{ { text, 1.0, true } };
    const auto table = estimate (text, chooseVocabulary (texts, 5000), 3);
    REQUIRE (NGramModel::write (table, folder.path / "lm.bin").ok());
    return loaded (folder.path);
}

inline std::unique_ptr<RecognizerStream> stream (RecognizerStreamOptions options = {}, bool withLanguage = false)
{
    auto made = RecognizerStream::create (tinyModel (withLanguage), options);
    REQUIRE (made.ok());
    return std::move (made).value();
}

inline std::vector<float> noise (std::size_t count)
{
    std::mt19937 random (5);
    std::normal_distribution<float> normal (0.0f, 0.1f);
    std::vector<float> samples (count);
    for (auto& sample : samples)
        sample = normal (random);
    return samples;
}

inline std::vector<RecognizerEvent> run (RecognizerStream& recognizer,
                                         const std::vector<float>& samples,
                                         std::size_t block)
{
    std::vector<RecognizerEvent> events;
    for (std::size_t i = 0; i < samples.size(); i += block)
        recognizer.push (std::span (samples).subspan (i, std::min (block, samples.size() - i)), events);
    recognizer.flush (events);
    return events;
}

inline std::string finals (const std::vector<RecognizerEvent>& events)
{
    std::string text;
    for (const auto& event : events)
        if (event.kind == RecognizerEvent::Kind::final)
        {
            text += event.text + "|" + std::to_string (event.ack);
            for (const auto& token : event.tokens)
                text += " " + std::to_string (token.confidence);
            text += "\n";
        }
    return text;
}

} // namespace kikitori::backend
