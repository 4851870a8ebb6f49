#include "Audio/StreamResampler.h"

#include <algorithm>
#include <cmath>
#include <soxr.h>
#include <string>

namespace kikitori
{

namespace
{

struct SoxrDeleter
{
    void operator() (soxr_t resampler) const noexcept { soxr_delete (resampler); }
};

using SoxrHandle = std::unique_ptr<soxr, SoxrDeleter>;

SoxrHandle makeSoxr (double inputRate, double outputRate, soxr_error_t& error)
{
    const auto io = soxr_io_spec (SOXR_FLOAT32_I, SOXR_FLOAT32_I);
    const auto quality = soxr_quality_spec (SOXR_VHQ, 0);
    const auto runtime = soxr_runtime_spec (1);
    return SoxrHandle (soxr_create (inputRate, outputRate, 1, &error, &io, &quality, &runtime));
}

} // namespace

struct StreamResampler::State
{
    double inputRate = 0.0;
    double outputRate = 0.0;
    SoxrHandle handle; ///< null: the rates are equal
    std::int64_t in = 0;
    std::int64_t out = 0;

    /** Runs soxr over the input (null = its end) until it gives nothing more. */
    void run (const float* data, std::size_t count, std::vector<float>& output)
    {
        constexpr std::size_t slack = 64;
        std::size_t used = 0;

        for (;;)
        {
            const auto ratio = outputRate / inputRate;
            const auto room = static_cast<std::size_t> (static_cast<double> (count - used) * ratio) + slack;
            const auto before = output.size();
            std::size_t consumed = 0;
            std::size_t produced = 0;

            output.resize (before + room);
            const auto* input = data != nullptr ? data + used : nullptr;
            const auto error =
                soxr_process (handle.get(), input, count - used, &consumed, output.data() + before, room, &produced);
            output.resize (before + (error == nullptr ? produced : 0));
            out += static_cast<std::int64_t> (output.size() - before);
            used += consumed;

            if (error != nullptr || (used == count && produced < room) || (consumed == 0 && produced == 0))
                return;
        }
    }
};

StreamResampler::StreamResampler (std::unique_ptr<State> initial) : state (std::move (initial)) {}
StreamResampler::StreamResampler (StreamResampler&&) noexcept = default;
StreamResampler& StreamResampler::operator= (StreamResampler&&) noexcept = default;
StreamResampler::~StreamResampler() = default;

Result<StreamResampler> StreamResampler::create (double inputRate, double outputRate)
{
    if (! (inputRate > 0.0 && outputRate > 0.0))
        return Error{ "bad_sample_rate", "cannot resample from " + std::to_string (inputRate) + " Hz to "
                                             + std::to_string (outputRate)
                                             + " Hz; choose a sample rate of 8000 to 192000 Hz" };

    auto state = std::make_unique<State>();
    state->inputRate = inputRate;
    state->outputRate = outputRate;

    if (inputRate != outputRate)
    {
        soxr_error_t error = nullptr;
        state->handle = makeSoxr (inputRate, outputRate, error);

        if (state->handle == nullptr || error != nullptr)
            return Error{ "bad_sample_rate", "the resampler refused " + std::to_string (inputRate)
                                                 + " Hz: " + (error != nullptr ? error : "out of memory") };
    }

    return StreamResampler (std::move (state));
}

void StreamResampler::process (std::span<const float> input, std::vector<float>& output)
{
    if (input.empty())
        return;

    state->in += static_cast<std::int64_t> (input.size());

    if (state->handle != nullptr)
        return state->run (input.data(), input.size(), output);

    output.insert (output.end(), input.begin(), input.end());
    state->out += static_cast<std::int64_t> (input.size());
}

void StreamResampler::finish (std::vector<float>& output)
{
    const auto due = outputFor (state->in, state->inputRate, state->outputRate);

    if (state->handle != nullptr)
    {
        if (state->in > 0)
            state->run (nullptr, 0, output);

        // soxr rounds as we do; should another version not, the count is ours.
        if (state->out > due)
            output.resize (output.size() - static_cast<std::size_t> (state->out - due));
        else
            output.resize (output.size() + static_cast<std::size_t> (due - state->out), 0.0f);

        if (soxr_clear (state->handle.get()) != nullptr)
        {
            soxr_error_t error = nullptr;
            state->handle = makeSoxr (state->inputRate, state->outputRate, error);
        }
    }

    state->in = 0;
    state->out = 0;
}

std::int64_t StreamResampler::inputCount() const noexcept { return state->in; }

std::int64_t StreamResampler::outputCount() const noexcept { return state->out; }

std::int64_t StreamResampler::outputFor (std::int64_t inputSamples, double inputRate, double outputRate) noexcept
{
    // long double keeps every sample of a century exact.
    return std::llround (static_cast<long double> (inputSamples) * static_cast<long double> (outputRate)
                         / static_cast<long double> (inputRate));
}

} // namespace kikitori
