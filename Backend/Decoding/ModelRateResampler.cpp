#include "Backend/Decoding/ModelRateResampler.h"

#include "Backend/Features/FeatureExtractor.h"

#include <algorithm>

#include <soxr.h>

namespace kikitori::backend
{

struct ModelRateResampler::Soxr
{
    ~Soxr() { soxr_delete (handle); }
    soxr_t handle = nullptr;
};

ModelRateResampler::ModelRateResampler (int clientRate) : rate (clientRate) {}

ModelRateResampler::~ModelRateResampler() = default;

Result<std::unique_ptr<ModelRateResampler>> ModelRateResampler::create (int clientRate)
{
    if (clientRate < lowestRate || clientRate > highestRate)
        return Error{ "bad_format", "The sample rate " + std::to_string (clientRate) + " is not between "
                                        + std::to_string (lowestRate) + " and " + std::to_string (highestRate)
                                        + " Hz." };

    auto resampler = std::unique_ptr<ModelRateResampler> (new ModelRateResampler (clientRate));

    if (clientRate % featureRate == 0 && clientRate != featureRate)
        resampler->decimator.emplace (clientRate / featureRate);
    else if (clientRate != featureRate)
    {
        const auto io = soxr_io_spec (SOXR_FLOAT32_I, SOXR_FLOAT32_I);
        const auto quality = soxr_quality_spec (SOXR_HQ, 0);
        const auto runtime = soxr_runtime_spec (1);
        soxr_error_t error = nullptr;
        resampler->soxr = std::make_unique<Soxr>();
        resampler->soxr->handle = soxr_create (clientRate, featureRate, 1, &error, &io, &quality, &runtime);

        if (error != nullptr)
            return Error{ "bad_format", std::string ("The resampler refused: ") + soxr_strerror (error) };
    }

    return resampler;
}

void ModelRateResampler::push (std::span<const float> samples, std::vector<float>& out)
{
    if (samples.empty())
        return; // an empty input would tell libsoxr that the stream ends

    in += samples.size();

    if (soxr != nullptr)
        return take (samples.data(), samples.size(), out);

    const auto before = out.size();

    if (decimator)
        decimator->push (samples, out);
    else
        out.insert (out.end(), samples.begin(), samples.end());

    given += out.size() - before;
}

void ModelRateResampler::take (const float* samples, std::size_t count, std::vector<float>& out)
{
    const auto before = out.size();
    const auto room = count * featureRate / static_cast<std::size_t> (rate) + 4096;
    out.resize (before + room);
    std::size_t done = 0;
    // A null input drains the filter.
    soxr_process (soxr->handle, samples, count, nullptr, out.data() + before, room, &done);
    out.resize (before + done);
    given += done;
}

void ModelRateResampler::flush (std::vector<float>& out)
{
    const auto wanted = (in * featureRate + static_cast<std::uint64_t> (rate) - 1) / static_cast<std::uint64_t> (rate);

    const auto before = out.size();

    if (soxr != nullptr)
        take (nullptr, 0, out);
    else if (decimator && in > 0)
    {
        decimator->push (std::vector<float> (decimator->halfLengthOfInput()), out);
        given += out.size() - before;
    }

    // The filter's rounding may differ by a sample from the exact count.
    if (given > wanted)
        out.resize (out.size() - static_cast<std::size_t> (std::min<std::uint64_t> (given - wanted, out.size())));
    else
        out.resize (out.size() + static_cast<std::size_t> (wanted - given));

    restart();
}

void ModelRateResampler::restart()
{
    if (soxr != nullptr)
        soxr_clear (soxr->handle);
    if (decimator)
        decimator->restart();

    in = 0;
    given = 0;
}

} // namespace kikitori::backend
