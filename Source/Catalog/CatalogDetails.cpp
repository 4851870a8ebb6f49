#include "Catalog/CatalogDetails.h"

#include "Core/PlainText.h"
#include "Protocol/JsonReading.h"

#include <algorithm>
#include <cmath>

namespace kikitori
{

using nlohmann::json;

namespace
{
constexpr std::size_t mostHistory = 10000;
constexpr std::size_t mostParameters = 60;
constexpr std::size_t longestValue = 200;

EpochFigures readEpoch (const json& entry)
{
    EpochFigures figures;
    figures.epoch = numberAt (entry, "epoch").value_or (0.0);
    figures.step = numberAt (entry, "step").value_or (0.0);
    figures.loss = numberAt (entry, "loss");
    figures.validationLoss = numberAt (entry, "val_loss");
    figures.wordErrorRate = numberAt (entry, "wer");
    figures.characterErrorRate = numberAt (entry, "cer");
    return figures;
}
} // namespace

std::string shownValue (const json& value)
{
    auto text =
        value.is_string() ? value.get<std::string>() : value.dump (-1, ' ', false, json::error_handler_t::replace);

    // 0.00030000000000000003 is 0.0003.
    if (value.is_number_float() && std::isfinite (value.get<double>()))
        text = shortText (value.get<double>(), 6);

    return text.substr (0, longestValue);
}

ModelCard readCard (const json& entry)
{
    ModelCard card;
    card.language = stringAt (entry, "language");
    card.licence = stringAt (entry, "licence");
    card.parameters = numberAt (entry, "parameters").value_or (0.0);
    card.isTrainable = boolAt (entry, "trainable", false);

    if (const auto chunks = entry.find ("chunk_ms"); chunks != entry.end() && chunks->is_array())
        for (const auto& one : *chunks)
            if (one.is_number_integer() && card.chunkMs.size() < 32)
                card.chunkMs.push_back (one.get<int>());

    for (const auto& [key, target] : { std::pair{ "wer", &card.wers }, std::pair{ "cer", &card.cers } })
        if (const auto rates = entry.find (key); rates != entry.end() && rates->is_object())
            for (const auto& [name, rate] : rates->items())
                if (rate.is_number() && target->size() < 32)
                    target->emplace_back (name, rate.get<double>());

    return card;
}

void readTraining (const json& entry, CatalogModel& model)
{
    model.startedAt = stringAt (entry, "training_start_time", model.startedAt);
    model.savedAt = stringAt (entry, "training_end_time", model.savedAt);

    if (const auto params = entry.find ("training_params"); params != entry.end() && params->is_object())
    {
        model.parameters.clear();
        for (const auto& [name, value] : params->items())
            if (model.parameters.size() < mostParameters)
                model.parameters.emplace_back (name, shownValue (value));
    }

    const auto metadata = entry.find ("training_metadata");

    if (metadata == entry.end() || ! metadata->is_object())
        return;

    model.trainedSeconds = numberAt (*metadata, "trained_seconds");
    model.model = stringAt (*metadata, "model_name", model.model);
    model.dataset = stringAt (*metadata, "dataset_name", model.dataset);

    for (const auto* key : { "samples", "utterances", "num_samples" })
        if (! model.samples)
            model.samples = numberAt (*metadata, key);

    if (const auto history = metadata->find ("history"); history != metadata->end() && history->is_array())
        for (const auto& one : *history)
            if (one.is_object() && model.history.size() < mostHistory)
                model.history.push_back (readEpoch (one));
}

} // namespace kikitori
