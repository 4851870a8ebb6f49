#include "Backend/Training/ModelFolder.h"

#include "Backend/Model/SafetensorsFile.h"

#include <fcntl.h>
#include <unistd.h>

#include <fstream>

namespace kikitori::backend
{

using nlohmann::json;

namespace
{
Error diskFailed (const std::filesystem::path& file)
{
    return { "disk_failed", file.string() + " cannot be written; check the free space and the rights of the folder" };
}

const char* typeName (const torch::Tensor& tensor)
{
    switch (tensor.scalar_type())
    {
        case torch::kHalf: return "F16";
        case torch::kChar: return "I8";
        default: return "F32";
    }
}

/** [out, ...] to int8 with one scale for each output. */
void quantise (const std::string& name, const torch::Tensor& weight, NamedTensors& out)
{
    const auto rows = weight.flatten (1);
    const auto scale = (std::get<0> (rows.abs().max (1)) / 127.0).clamp_min (1e-12);
    out[name] = torch::round (rows / scale.unsqueeze (1)).clamp (-127, 127).to (torch::kChar).view (weight.sizes());
    out[name + "_scale"] = scale;
}

NamedTensors converted (const NamedTensors& weights, WeightType type)
{
    if (type == WeightType::f32)
        return weights;

    NamedTensors out;

    for (const auto& [name, weight] : weights)
    {
        const auto isMatrix = weight.dim() > 1 && name.find ("pos_bias") == std::string::npos;

        if (! isMatrix)
            out[name] = weight;
        else if (type == WeightType::f16)
            out[name] = weight.to (torch::kHalf);
        else
            quantise (name, weight, out);
    }

    return out;
}

json configJson (const ModelConfig& config, const json& card)
{
    json object{ { "format_version", 1 },
                 { "architecture", "fastconformer_ctc" },
                 { "name", config.name },
                 { "language", config.language },
                 { "n_mels", melBins },
                 { "subsampling_factor", subsamplingFactor },
                 { "subsampling_channels", config.subsamplingChannels },
                 { "d_model", config.modelSize },
                 { "n_layers", config.layers },
                 { "n_heads", config.heads },
                 { "ff_expansion", config.feedForwardSize / config.modelSize },
                 { "conv_kernel", config.convolutionKernel },
                 { "left_context", config.leftContext },
                 { "chunk_frames", config.chunkFrames },
                 { "head_frames", config.headFrames },
                 { "vocab_size", config.vocabulary.size() },
                 { "blank_id", 0 } };

    if (! card.is_null())
        object["card"] = card;

    return object;
}

json preprocessorJson (const FeatureNormalisation& normalisation)
{
    return { { "sampling_rate", featureRate },  { "n_mels", melBins },        { "n_fft", 512 },
             { "win_length", windowSamples },   { "hop_length", hopSamples }, { "mean", normalisation.mean },
             { "std", normalisation.deviation } };
}
} // namespace

NamedTensors servedWeights (const Conformer& model)
{
    NamedTensors weights;

    for (const auto& item : model->named_parameters())
        if (isServed (item.key()))
            weights[item.key()] = item.value().detach().to (torch::kFloat).contiguous().clone();

    return weights;
}

Status writeSafetensors (const std::filesystem::path& file, const NamedTensors& tensors)
{
    auto header = json::object();
    std::size_t offset = 0;

    for (const auto& [name, tensor] : tensors)
    {
        header[name] = { { "dtype", typeName (tensor) },
                         { "shape", tensor.sizes().vec() },
                         { "data_offsets", { offset, offset + tensor.nbytes() } } };
        offset += tensor.nbytes();
    }

    auto text = header.dump();
    text.resize ((text.size() + 7) / 8 * 8, ' ');
    const std::uint64_t length = text.size(); // little endian, as every machine that this runs on
    std::ofstream out (file, std::ios::binary);
    out.write (reinterpret_cast<const char*> (&length), sizeof (length));
    out << text;

    for (const auto& item : tensors)
    {
        const auto whole = item.second.contiguous();
        out.write (static_cast<const char*> (whole.data_ptr()), static_cast<std::streamsize> (whole.nbytes()));
    }

    out.close();
    return out && syncToDisk (file) ? success() : Status (diskFailed (file));
}

Status writeModelFolder (const std::filesystem::path& folder,
                         const ModelConfig& config,
                         const NamedTensors& weights,
                         WeightType type,
                         const json& card)
{
    std::error_code failed;
    std::filesystem::create_directories (folder, failed);

    if (auto done = writeSafetensors (folder / "model.safetensors", converted (weights, type)); ! done)
        return done;

    if (auto done = writeText (folder / "preprocessor_config.json", preprocessorJson (config.normalisation).dump (1));
        ! done)
        return done;

    if (auto done = writeText (folder / "vocab.json", json (config.vocabulary).dump()); ! done)
        return done;

    return writeText (folder / "config.json", configJson (config, card).dump (2) + "\n");
}

Status loadWeights (const std::filesystem::path& folder, Conformer& model)
{
    const auto file = SafetensorsFile::open (folder / "model.safetensors");

    if (! file)
        return file.error();

    const torch::NoGradGuard noGradient;

    for (auto& item : model->named_parameters())
    {
        if (! isServed (item.key()))
            continue;

        auto values = file.value().read (item.key(), item.value().sizes().vec());

        if (! values)
            return values.error();

        item.value().copy_ (torch::from_blob (values.value().data(), item.value().sizes()));
    }

    return success();
}

Status writeText (const std::filesystem::path& file, const std::string& text)
{
    std::ofstream out (file, std::ios::binary);
    out << text;
    out.close();
    return out && syncToDisk (file) ? success() : Status (diskFailed (file));
}

bool syncToDisk (const std::filesystem::path& path)
{
    const auto descriptor = ::open (path.c_str(), O_RDONLY | O_CLOEXEC);

    if (descriptor < 0)
        return false;

    const auto done = ::fsync (descriptor) == 0;
    ::close (descriptor);
    return done;
}

} // namespace kikitori::backend
