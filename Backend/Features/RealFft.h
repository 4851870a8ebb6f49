/*  Power spectrum of a real block whose length is a power of two: a complex transform of half the length on packed
    pairs, then the split into the real spectrum (Press et al., Numerical Recipes, section 12.3). The transform is
    Stockham's, which needs no reordering (C. Van Loan, Computational Frameworks for the FFT, 1992, section 1.7); real
    and imaginary parts lie apart, so that its loops become vector instructions.

    Threads: const after construction; any number at once.
    Failure: none.
*/
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <utility>

namespace kikitori::backend
{

template <std::size_t size>
class RealFft
{
    static_assert (size >= 4 && (size & (size - 1)) == 0, "the length must be a power of two");
    static constexpr std::size_t half = size / 2;

    struct Values
    {
        alignas (64) std::array<float, half> real, imaginary;
    };

public:
    RealFft()
    {
        for (std::size_t k = 0; k < half; ++k)
        {
            const auto angle = -2.0 * std::numbers::pi * static_cast<double> (k) / size;
            twiddles.real[k] = static_cast<float> (std::cos (angle));
            twiddles.imaginary[k] = static_cast<float> (std::sin (angle));
        }
    }

    /** |X[k]|² for k = 0 … size/2. */
    void powerSpectrum (const std::array<float, size>& samples, std::array<float, half + 1>& power) const
    {
        Values a, b;

        for (std::size_t i = 0; i < half; ++i)
        {
            a.real[i] = samples[2 * i];
            a.imaginary[i] = samples[2 * i + 1];
        }

        auto *from = &a, *to = &b;

        for (std::size_t length = half, stride = 1; length > 1; length /= 2, stride *= 2)
        {
            pass (*from, *to, length, stride);
            std::swap (from, to);
        }

        const auto& z = *from;
        const auto direct = z.real[0] + z.imaginary[0];
        const auto alternating = z.real[0] - z.imaginary[0];
        power[0] = direct * direct;
        power[half] = alternating * alternating;

        for (std::size_t k = 1; k < half; ++k)
        {
            const auto mirror = half - k;
            const auto evenReal = 0.5f * (z.real[k] + z.real[mirror]);
            const auto evenImaginary = 0.5f * (z.imaginary[k] - z.imaginary[mirror]);
            const auto oddReal = 0.5f * (z.imaginary[k] + z.imaginary[mirror]);
            const auto oddImaginary = -0.5f * (z.real[k] - z.real[mirror]);
            const auto c = twiddles.real[k], s = twiddles.imaginary[k];
            const auto real = evenReal + c * oddReal - s * oddImaginary;
            const auto imaginary = evenImaginary + c * oddImaginary + s * oddReal;
            power[k] = real * real + imaginary * imaginary;
        }
    }

private:
    /** Halves transforms of `length`, of which `stride` lie interleaved. */
    void pass (const Values& from, Values& to, std::size_t length, std::size_t stride) const
    {
        const auto middle = length / 2;

        for (std::size_t p = 0; p < middle; ++p)
        {
            const auto c = twiddles.real[2 * p * stride], s = twiddles.imaginary[2 * p * stride];
            const auto* aReal = from.real.data() + stride * p;
            const auto* aImaginary = from.imaginary.data() + stride * p;
            const auto* bReal = aReal + stride * middle;
            const auto* bImaginary = aImaginary + stride * middle;
            auto* __restrict sumReal = to.real.data() + stride * 2 * p;
            auto* __restrict sumImaginary = to.imaginary.data() + stride * 2 * p;
            auto* __restrict differenceReal = sumReal + stride;
            auto* __restrict differenceImaginary = sumImaginary + stride;

            for (std::size_t q = 0; q < stride; ++q)
            {
                const auto real = aReal[q] - bReal[q], imaginary = aImaginary[q] - bImaginary[q];
                sumReal[q] = aReal[q] + bReal[q];
                sumImaginary[q] = aImaginary[q] + bImaginary[q];
                differenceReal[q] = c * real - s * imaginary;
                differenceImaginary[q] = c * imaginary + s * real;
            }
        }
    }

    Values twiddles; ///< exp (-2 π i k / size)
};

} // namespace kikitori::backend
