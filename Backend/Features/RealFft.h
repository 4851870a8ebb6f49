/*  Power spectrum of a real block whose length is a power of two: a radix-2 transform of half the length on packed
    pairs, then the split into the real spectrum (Press et al., Numerical Recipes, section 12.3).

    Threads: const after construction; any number at once.
    Failure: none.
*/
#pragma once

#include <array>
#include <cmath>
#include <complex>
#include <cstddef>
#include <numbers>

namespace kikitori::backend
{

template <std::size_t size>
class RealFft
{
    static_assert (size >= 4 && (size & (size - 1)) == 0, "the length must be a power of two");
    static constexpr std::size_t half = size / 2;
    using Complex = std::complex<float>;

public:
    RealFft()
    {
        for (std::size_t k = 0; k < half; ++k)
        {
            const auto angle = -2.0 * std::numbers::pi * static_cast<double> (k) / size;
            twiddles[k] = Complex (static_cast<float> (std::cos (angle)), static_cast<float> (std::sin (angle)));
        }

        for (std::size_t i = 0, reversed = 0; i < half; ++i)
        {
            order[i] = reversed;

            for (auto bit = half >> 1; bit != 0 && ((reversed ^= bit) & bit) == 0; bit >>= 1)
            {
            }
        }
    }

    /** |X[k]|² for k = 0 … size/2. */
    void powerSpectrum (const std::array<float, size>& samples, std::array<float, half + 1>& power) const
    {
        std::array<Complex, half> z;

        for (std::size_t i = 0; i < half; ++i)
            z[order[i]] = Complex (samples[2 * i], samples[2 * i + 1]);

        transform (z);

        for (std::size_t k = 0; k <= half; ++k)
        {
            const auto a = z[k % half];
            const auto b = std::conj (z[(half - k) % half]);
            const auto even = 0.5f * (a + b);
            const auto odd = Complex (0.0f, -0.5f) * (a - b);
            power[k] = std::norm (even + (k == half ? Complex (-1.0f, 0.0f) : twiddles[k]) * odd);
        }
    }

private:
    void transform (std::array<Complex, half>& z) const
    {
        for (std::size_t length = 2; length <= half; length *= 2)
        {
            const auto stride = size / length; // twiddles are those of the full size

            for (std::size_t block = 0; block < half; block += length)
            {
                for (std::size_t i = 0; i < length / 2; ++i)
                {
                    const auto w = twiddles[i * stride];
                    const auto odd = z[block + i + length / 2];
                    const Complex turned (w.real() * odd.real() - w.imag() * odd.imag(),
                                          w.real() * odd.imag() + w.imag() * odd.real());
                    z[block + i + length / 2] = z[block + i] - turned;
                    z[block + i] += turned;
                }
            }
        }
    }

    std::array<Complex, half> twiddles;
    std::array<std::size_t, half> order;
};

} // namespace kikitori::backend
