#include "Backend/Training/InitialWeights.h"

namespace kikitori::backend
{

namespace
{
bool isOutputLayer (const std::string& parameterName) { return parameterName.starts_with ("decoder."); }

void copyEncoder (Conformer& from, Conformer& to)
{
    const torch::NoGradGuard noGradient;
    const auto known = from->named_parameters();

    for (auto& item : to->named_parameters())
        if (isServed (item.key()) && ! isOutputLayer (item.key()))
            item.value().copy_ (known[item.key()]);
}
} // namespace

Result<std::string> beginWithWeights (const std::filesystem::path& folder, TrainingState& state)
{
    auto config = readModelConfig (folder);

    if (! config)
        return config.error();

    const auto tokensBefore = config.value().vocabulary.size();
    const auto& tokens = state.model->config.vocabulary;
    const auto areSame = config.value().vocabulary == tokens;
    Conformer model (std::move (config).value(), 0.0);

    if (auto done = loadWeights (folder, areSame ? state.model : model); ! done)
        return done.error();

    if (! areSame)
    {
        copyEncoder (model, state.model);
        copyEncoder (model, state.average); // whose output layer is as new as the model's
        return "Begins with the encoder of " + folder.string() + "; the output layer is new, for "
               + std::to_string (tokens.size()) + " tokens instead of " + std::to_string (tokensBefore);
    }

    if (auto done = loadWeights (folder, state.average); ! done)
        return done.error();

    return "Begins with all weights of " + folder.string();
}

} // namespace kikitori::backend
