#include "Backend/Import/ImportedModel.h"
#include "Backend/Import/YamlReading.h"

#include <fstream>

namespace kikitori::backend
{

namespace
{
/** The YAML between the first two lines of "---". */
std::string frontMatter (const std::filesystem::path& readme)
{
    std::ifstream stream (readme);
    std::string line, text;

    if (! std::getline (stream, line) || line.substr (0, 3) != "---")
        return {};

    while (std::getline (stream, line) && line.substr (0, 3) != "---" && text.size() < (1u << 20))
        text += line + "\n";

    return text;
}

std::string first (const YAML::Node& node)
{
    if (node.IsDefined() && node.IsScalar())
        return node.Scalar();
    if (node.IsDefined() && node.IsSequence() && node.size() > 0 && node[0].IsScalar())
        return node[0].Scalar();

    return {};
}

void readErrorRates (const YAML::Node& index, ImportedCard& card)
{
    for (const auto& model : index)
        for (const auto& result : yamlAt (model, "results"))
            for (const auto& metric : yamlAt (result, "metrics"))
            {
                const auto type = yamlValue<std::string> (metric, "type", "");
                const auto rate = yamlValue (metric, "value", -1.0);
                const auto name = yamlValue<std::string> (result, "dataset.name", "?");
                const auto part = yamlValue<std::string> (result, "dataset.config", "");
                auto& rates = type == "cer" ? card.characterErrorRates : card.wordErrorRates;

                if ((type == "wer" || type == "cer") && rate >= 0.0 && rates.size() < 50)
                    rates.emplace_back (
                        name.substr (0, 80) + (part.empty() ? "" : " " + part.substr (0, 40)), rate);
            }
}
} // namespace

ImportedCard readModelCard (const std::filesystem::path& readme)
{
    ImportedCard card;

    try
    {
        const auto root = YAML::Load (frontMatter (readme));

        if (root.IsMap())
        {
            card.language = first (yamlAt (root, "language")).substr (0, 20);
            card.licence = first (yamlAt (root, "license")).substr (0, 80);
            readErrorRates (yamlAt (root, "model-index"), card);
        }
    }
    catch (const YAML::Exception&)
    {
        // A card is for people; a model without a readable one is used without.
        return card;
    }

    return card;
}

} // namespace kikitori::backend
