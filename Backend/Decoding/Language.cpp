#include "Backend/Decoding/Language.h"

#include "Protocol/JsonReading.h"

#include <algorithm>
#include <fstream>
#include <sstream>

namespace kikitori::backend
{

namespace
{
/** Reads "decoder" of config.json; what is not there keeps its default. */
Result<BeamOptions> readOptions (const std::filesystem::path& file)
{
    std::ifstream in (file);
    std::stringstream content;
    content << in.rdbuf();
    const auto config = parseJson (content.str());
    BeamOptions options;

    if (! config || ! config.value().is_object() || ! config.value().contains ("decoder"))
        return options;

    const auto& decoder = config.value()["decoder"];
    std::string problem = decoder.is_object() ? "" : "\"decoder\" must be an object";

    const auto number = [&] (const char* key, float& target, float least, float most)
    {
        if (! problem.empty() || ! decoder.contains (key))
            return;

        const auto& value = decoder[key];

        if (value.is_number() && value.get<float>() >= least && value.get<float>() <= most)
            target = value.get<float>();
        else
            problem = "\"decoder." + std::string (key) + "\" is " + value.dump().substr (0, 60) + "; allowed is "
                      + std::to_string (least) + " to " + std::to_string (most);
    };

    auto beam = static_cast<float> (options.beam);
    number ("beam", beam, 1.0f, 1000.0f);
    number ("width", options.width, 1.0f, 1000.0f);
    number ("token_width", options.tokenWidth, 1.0f, 1000.0f);
    number ("language_weight", options.languageWeight, 0.0f, 10.0f);
    number ("word_bonus", options.wordBonus, -20.0f, 20.0f);
    number ("hot_word", options.hotWord, 0.0f, 50.0f);
    number ("missing_space", options.missingSpace, -100.0f, 0.0f);
    number ("unfinished_word", options.unfinishedWord, -100.0f, 0.0f);
    options.beam = static_cast<int> (beam);

    if (! problem.empty())
        return Error{ "model_broken", file.string() + ": " + problem + "." };

    return options;
}
} // namespace

Language::Language (std::shared_ptr<const NGramModel> modelToUse,
                    std::vector<std::string> vocabulary,
                    BeamOptions optionsToUse,
                    std::span<const std::string> hotWords)
    : model (std::move (modelToUse)), tokens (std::move (vocabulary)),
      lexicon (*model, tokens, hotWords, optionsToUse.hotWord), options (optionsToUse),
      space (static_cast<int> (std::find (tokens.begin(), tokens.end(), " ") - tokens.begin()))
{
}

std::shared_ptr<const Language> Language::expecting (std::span<const std::string> phrases) const
{
    std::vector<std::string> words;

    for (const auto& phrase : phrases)
    {
        std::string lower;

        for (const auto c : phrase)
            lower += c >= 'A' && c <= 'Z' ? static_cast<char> (c - 'A' + 'a') : c;

        std::istringstream in (lower);

        for (std::string word; in >> word && words.size() < mostHotWords;)
            words.push_back (word);
    }

    return std::make_shared<const Language> (model, tokens, options, words);
}

Result<std::shared_ptr<const Language>> Language::load (const std::filesystem::path& folder,
                                                        const std::vector<std::string>& vocabulary)
{
    const auto file = folder / "lm.bin";

    if (! std::filesystem::exists (file))
        return std::shared_ptr<const Language>();

    auto model = NGramModel::load (file);

    if (! model)
        return model.error();

    const auto options = readOptions (folder / "config.json");

    if (! options)
        return options.error();

    if (std::find (vocabulary.begin(), vocabulary.end(), " ") == vocabulary.end())
        return Error{ "model_broken", file.string() + " needs words, but vocab.json has no space; remove lm.bin." };

    auto language = std::make_shared<const Language> (std::move (model).value(), vocabulary, options.value());

    if (language->lexicon.isEmpty())
        return Error{ "model_broken", file.string() + ": none of its words can be spelled with vocab.json." };

    return language;
}

} // namespace kikitori::backend
