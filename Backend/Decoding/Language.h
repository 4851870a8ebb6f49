/*  What a stream needs to write words instead of sounds: a language model, the lexicon of its words, and how much
   weight they have.

    Threads: const after load(); shared by all streams of a model.
    Failure: model_broken; the message names file, key, value and what is allowed.
*/
#pragma once

#include "Backend/Decoding/DecoderSettings.h"
#include "Backend/Decoding/Lexicon.h"

#include <filesystem>
#include <memory>
#include <optional>

namespace kikitori::backend
{

/** A language model with the lexicon of its words, shared by all streams of a model. */
struct Language
{
    /** Reads lm.bin from a model folder; null without lm.bin. vocabulary: tokens of the acoustic model by id; where they
        have neither a space nor marks of a word's begin (SentencePiece) there are no words and lm.bin is refused. */
    static Result<std::shared_ptr<const Language>> load (const std::filesystem::path& folder,
                                                         const std::vector<std::string>& vocabulary,
                                                         const BeamOptions& options);

    Language (std::shared_ptr<const NGramModel> modelToUse,
              std::vector<std::string> vocabulary,
              BeamOptions options,
              std::span<const std::string> hotWords = {});

    /** The same language, expecting these words or phrases (each word of a phrase by itself; HotWords::most of them). */
    std::shared_ptr<const Language> expecting (std::span<const std::string> phrases) const;

    const std::shared_ptr<const NGramModel> model;
    const std::vector<std::string> tokens; ///< characters or pieces by id; 0 is blank
    const Lexicon lexicon;
    const BeamOptions options;
    const std::vector<float> bias;            ///< of each token (TokenBias.h); empty: none
    const std::optional<std::uint16_t> space; ///< its token; none where tokens mark the begin of a word instead

private:
    /** What another one with the same model and tokens has. */
    Language (const Language& other, std::span<const std::string> hotWords);
};

} // namespace kikitori::backend
