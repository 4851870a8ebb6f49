#include "Backend/Import/HuggingFaceFiles.h"

#include "Backend/Import/TorchFile.h"
#include "Backend/Model/SafetensorsFile.h"
#include "Platform/FileFacts.h"
#include "Protocol/JsonReading.h"

#include <fstream>
#include <set>
#include <sstream>

namespace kikitori::backend
{

using nlohmann::json;

namespace
{
NumberType typeOf (SafetensorsFile::Type type)
{
    switch (type)
    {
        case SafetensorsFile::Type::f32: return NumberType::f32;
        case SafetensorsFile::Type::f16: return NumberType::f16;
        case SafetensorsFile::Type::bf16: return NumberType::bf16;
        case SafetensorsFile::Type::f64: return NumberType::f64;
        case SafetensorsFile::Type::i8: return NumberType::i8;
        case SafetensorsFile::Type::u8: return NumberType::u8;
        case SafetensorsFile::Type::i16: return NumberType::i16;
        case SafetensorsFile::Type::i32: return NumberType::i32;
        case SafetensorsFile::Type::i64: return NumberType::i64;
        case SafetensorsFile::Type::boolean: return NumberType::boolean;
    }

    return NumberType::f32;
}

Status addSafetensors (const std::filesystem::path& file, TensorSet& tensors)
{
    const auto opened = SafetensorsFile::open (file);

    if (! opened)
        return opened.error();

    const auto shared = std::make_shared<const SafetensorsFile> (opened.value());

    for (const auto& [name, tensor] : shared->all())
    {
        std::vector<std::int64_t> strides (tensor.shape.size(), 1);

        for (auto i = strides.size(); i-- > 1;)
            strides[i - 1] = strides[i] * tensor.shape[i];

        ForeignTensor foreign{ typeOf (tensor.type), tensor.shape, std::move (strides) };
        foreign.read = [shared, &tensor = tensor] { return shared->bytesOf (tensor); };
        tensors[name] = std::move (foreign);
    }

    return success();
}

/** Names of the files that an index spreads the tensors over. */
std::set<std::string> shards (const json& index)
{
    std::set<std::string> names;

    if (const auto map = index.find ("weight_map"); map != index.end() && map->is_object())
        for (const auto& [tensor, file] : map->items())
            if (file.is_string())
                names.insert (std::filesystem::path (file.get<std::string>()).filename().string());

    return names;
}

void put (std::vector<std::string>& tokens, const json& id, std::string token)
{
    if (id.is_number_unsigned() && id.get<std::size_t>() < tokens.size())
        tokens[id.get<std::size_t>()] = std::move (token);
}

void readPieces (const json& tokenizer, std::vector<std::string>& tokens)
{
    const auto model = tokenizer.find ("model");
    const auto vocabulary = model != tokenizer.end() && model->is_object() ? model->value ("vocab", json()) : json();

    if (vocabulary.is_object())
        for (const auto& [piece, id] : vocabulary.items())
            put (tokens, id, piece);

    if (vocabulary.is_array())
        for (std::size_t id = 0; id < std::min (tokens.size(), vocabulary.size()); ++id)
            if (vocabulary[id].is_array() && ! vocabulary[id].empty() && vocabulary[id][0].is_string())
                tokens[id] = vocabulary[id][0].get<std::string>();

    for (const auto& added : tokenizer.value ("added_tokens", json::array()))
        if (added.is_object() && boolAt (added, "special", false) && added.contains ("id"))
            put (tokens, added["id"], "");
}

void readLetters (const json& vocabulary, const std::string& delimiter, std::vector<std::string>& tokens)
{
    for (const auto& [token, id] : vocabulary.items())
    {
        const auto isSpecial =
            token.size() > 2
            && ((token.front() == '<' && token.back() == '>') || (token.front() == '[' && token.back() == ']'));
        put (tokens, id, isSpecial ? "" : token == delimiter ? " " : token);
    }
}
} // namespace

Result<json> readJsonObject (const std::filesystem::path& file)
{
    std::ifstream stream (file);
    std::stringstream content;
    content << stream.rdbuf();

    if (! stream)
        return Error{ "file_missing", "The file " + file.string() + " is missing or cannot be read." };

    auto parsed = parseJson (content.str());

    if (! parsed || ! parsed.value().is_object())
        return Error{ "model_broken", file.string() + " is no JSON object; fetch the model again." };

    return parsed;
}

Result<TensorSet> readWeights (const std::filesystem::path& folder)
{
    TensorSet tensors;
    std::set<std::string> files;

    if (platform::exists (folder / "model.safetensors"))
        files.insert ("model.safetensors");
    else if (platform::exists (folder / "model.safetensors.index.json"))
    {
        const auto index = readJsonObject (folder / "model.safetensors.index.json");

        if (! index)
            return index.error();

        files = shards (index.value());
    }
    else if (platform::exists (folder / "pytorch_model.bin"))
        return readTorchFile (folder / "pytorch_model.bin");

    if (files.empty())
        return Error{ "file_missing",
                      "There is neither a model.safetensors nor a pytorch_model.bin in " + folder.string() + "." };

    for (const auto& file : files)
        if (auto added = addSafetensors (folder / file, tensors); ! added)
            return added.error();

    return tensors;
}

Result<std::vector<std::string>> readTokens (const std::filesystem::path& folder, std::size_t size)
{
    std::vector<std::string> tokens (size);
    const auto isLetters = platform::exists (folder / "vocab.json");
    const auto file = readJsonObject (folder / (isLetters ? "vocab.json" : "tokenizer.json"));

    if (! file)
        return file.error();

    if (! isLetters)
    {
        readPieces (file.value(), tokens);
        return tokens;
    }

    std::string delimiter = "|";

    if (const auto config = readJsonObject (folder / "tokenizer_config.json"))
        delimiter = stringAt (config.value(), "word_delimiter_token", delimiter);

    readLetters (file.value(), delimiter, tokens);
    return tokens;
}

} // namespace kikitori::backend
