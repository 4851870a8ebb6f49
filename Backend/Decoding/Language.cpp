#include "Backend/Decoding/Language.h"

#include "Backend/Decoding/HotWords.h"
#include "Backend/Decoding/TokenBias.h"
#include "Platform/FileFacts.h"

#include <algorithm>

namespace kikitori::backend
{

namespace
{
std::optional<std::uint16_t> spaceOf (const std::vector<std::string>& tokens)
{
    const auto space = std::find (tokens.begin(), tokens.end(), " ");
    return space == tokens.end() ? std::nullopt : std::optional (static_cast<std::uint16_t> (space - tokens.begin()));
}

/** Pieces that begin a word need no space before them. */
BeamOptions forTokens (BeamOptions options, const std::vector<std::string>& tokens)
{
    if (markWordBegins (tokens))
        options.missingSpace = 0.0f;

    return options;
}
} // namespace

Language::Language (std::shared_ptr<const NGramModel> modelToUse,
                    std::vector<std::string> vocabulary,
                    BeamOptions optionsToUse,
                    std::span<const std::string> hotWords)
    : model (std::move (modelToUse)), tokens (std::move (vocabulary)),
      lexicon (*model, tokens, hotWords, optionsToUse.hotWord), options (forTokens (optionsToUse, tokens)),
      bias (tokenBias (*model, tokens, options)), space (spaceOf (tokens))
{
}

Language::Language (const Language& other, std::span<const std::string> hotWords)
    : model (other.model), tokens (other.tokens), lexicon (*model, tokens, hotWords, other.options.hotWord),
      options (other.options), bias (other.bias), space (other.space)
{
}

std::shared_ptr<const Language> Language::expecting (std::span<const std::string> phrases) const
{
    return std::shared_ptr<const Language> (new Language (*this, HotWords::wordsOf (phrases)));
}

Result<std::shared_ptr<const Language>> Language::load (const std::filesystem::path& folder,
                                                        const std::vector<std::string>& vocabulary,
                                                        const BeamOptions& options)
{
    const auto file = folder / "lm.bin";

    if (! platform::exists (file))
        return std::shared_ptr<const Language>();

    auto model = NGramModel::load (file);

    if (! model)
        return model.error();

    if (! spaceOf (vocabulary) && ! markWordBegins (vocabulary))
        return Error{ "model_broken", file.string() + " needs words, but vocab.json has no space; remove lm.bin." };

    auto language = std::make_shared<const Language> (std::move (model).value(), vocabulary, options);

    if (language->lexicon.isEmpty())
        return Error{ "model_broken", file.string() + ": none of its words can be spelled with vocab.json." };

    return language;
}

} // namespace kikitori::backend
