/*  Streaming band-limited conversion of a client's samples to the model's 16 kHz: by a Decimator at whole multiples of it,
    such as the 48 kHz of our own clients, else by libsoxr.

    Threads: one resampler belongs to one thread at a time.
    Failure: create() gives bad_format for a rate outside 8–192 kHz or when libsoxr refuses.
*/
#pragma once

#include "Backend/Decoding/Decimator.h"
#include "Core/Result.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace kikitori::backend
{

class ModelRateResampler
{
public:
    static constexpr int lowestRate = 8000;
    static constexpr int highestRate = 192000;

    static Result<std::unique_ptr<ModelRateResampler>> create (int clientRate);
    ~ModelRateResampler();

    /** Appends what comes out; it comes late by the filter's length. */
    void push (std::span<const float> samples, std::vector<float>& out);

    /** Appends what is still inside, so that the number of samples put out since the last flush is the number put in
        times 16000 / rate, rounded up; then begins anew. */
    void flush (std::vector<float>& out);

    /** Forgets what is inside and begins anew. */
    void restart();

private:
    struct Soxr;
    explicit ModelRateResampler (int clientRate);

    void take (const float* samples, std::size_t count, std::vector<float>& out);

    const int rate;
    std::optional<Decimator> decimator;
    std::unique_ptr<Soxr> soxr; ///< neither of the two at 16 kHz
    std::uint64_t in = 0;
    std::uint64_t given = 0;
};

} // namespace kikitori::backend
