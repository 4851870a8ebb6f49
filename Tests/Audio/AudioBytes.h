/*  Audio files for tests: fixtures, and bytes that a test makes.

    Threads: one at a time.
    Failure: of the test that uses it.
*/
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <numbers>
#include <string>
#include <unistd.h>
#include <vector>

namespace kikitori::test
{

inline std::string fixture (const std::string& name) { return KIKITORI_FIXTURES "/audio/" + name; }

/** A file that is gone after the test. */
class ScratchFile
{
public:
    explicit ScratchFile (const std::string& bytes, const std::string& ending = ".wav")
        : path (std::filesystem::temp_directory_path()
                / ("kikitori-reader-" + std::to_string (::getpid()) + "-" + std::to_string (counter++) + ending))
    {
        std::ofstream (path, std::ios::binary) << bytes;
    }
    ~ScratchFile()
    {
        std::error_code ignored;
        std::filesystem::remove (path, ignored);
    }

    const std::filesystem::path path;

private:
    static inline int counter = 0;
};

template <typename Number>
std::string bytesOf (Number value)
{
    std::string bytes (sizeof value, '\0');
    std::memcpy (bytes.data(), &value, sizeof value);
    return bytes;
}

/** A WAV file of 32-bit floats. */
inline std::string floatWav (const std::vector<float>& samples, std::uint32_t rate, std::uint16_t channels)
{
    std::string data;
    for (float s : samples)
        data += bytesOf (s);

    const std::string format = bytesOf<std::uint16_t> (3) + bytesOf (channels) + bytesOf (rate)
                               + bytesOf<std::uint32_t> (rate * channels * 4)
                               + bytesOf (static_cast<std::uint16_t> (channels * 4)) + bytesOf<std::uint16_t> (32);
    const std::string body = "WAVEfmt " + bytesOf (static_cast<std::uint32_t> (format.size())) + format + "data"
                             + bytesOf (static_cast<std::uint32_t> (data.size())) + data;
    return "RIFF" + bytesOf (static_cast<std::uint32_t> (body.size())) + body;
}

/** Amplitude of a frequency by correlation (Goertzel's sum, direct). */
inline double amplitudeAt (const std::vector<float>& samples, double frequency, double rate)
{
    double re = 0.0, im = 0.0;
    for (std::size_t i = 0; i < samples.size(); ++i)
    {
        const double phase = 2.0 * std::numbers::pi * frequency * static_cast<double> (i) / rate;
        re += samples[i] * std::cos (phase);
        im += samples[i] * std::sin (phase);
    }
    return 2.0 * std::hypot (re, im) / static_cast<double> (samples.size());
}

inline std::string contentOf (const std::string& file)
{
    std::ifstream in (file, std::ios::binary);
    return { std::istreambuf_iterator<char> (in), {} };
}

} // namespace kikitori::test
