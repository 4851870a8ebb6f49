#include "Backend/Download/FileWriter.h"
#include "Backend/Import/ImportedModel.h"

namespace kikitori::backend
{

using nlohmann::json;

Status writeModelFolder (const ImportedModel& model,
                         const std::string& name,
                         const ImportedCard& card,
                         const std::filesystem::path& folder)
{
    auto config = model.config;
    config["name"] = name;
    config["language"] = card.language.empty() ? "en" : card.language;
    config["vocab_size"] = model.vocabulary.size();
    config["parameters"] = model.weights->writer.parameterCount();
    config["card"] = { { "licence", card.licence }, { "source", card.source } };

    for (const auto& [dataSet, rate] : card.wordErrorRates)
        config["card"]["wer"][dataSet] = rate;
    for (const auto& [dataSet, rate] : card.characterErrorRates)
        config["card"]["cer"][dataSet] = rate;

    const auto write = [&folder] (const char* file, const json& content)
    {
        FileWriter writer (folder / file);
        auto written = writer.write (content.dump (1, ' ', false, json::error_handler_t::replace) + "\n");
        return written ? writer.close() : written;
    };

    // The weights first: whoever sees a config.json sees a whole model.
    if (auto written = model.weights->writer.write (folder / "model.safetensors"); ! written)
        return written;
    if (auto written = write ("vocab.json", model.vocabulary); ! written)
        return written;

    return write ("config.json", config);
}

} // namespace kikitori::backend
