/*  Binary frames to samples.

    Threads: pure functions.
    Failure: bad_frame when the length is no multiple of the sample's size.
*/
#pragma once

#include "Core/Result.h"

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

namespace kikitori::backend
{

/** Little-endian mono samples, f32 as they are or i16 scaled to ±1, in place of what `samples` held. */
inline Status decodeFrame (const std::string& frame, bool isFloat, std::vector<float>& samples)
{
    static_assert (std::endian::native == std::endian::little);
    const std::size_t width = isFloat ? 4 : 2;

    if (frame.size() % width != 0)
        return Error{ "bad_frame", "A binary message of " + std::to_string (frame.size())
                                       + " bytes holds no whole number of " + (isFloat ? "f32" : "i16") + " samples." };

    samples.resize (frame.size() / width);

    if (isFloat)
    {
        std::memcpy (samples.data(), frame.data(), frame.size());
        return success();
    }

    for (std::size_t i = 0; i < samples.size(); ++i)
    {
        std::int16_t value = 0;
        std::memcpy (&value, frame.data() + 2 * i, 2);
        samples[i] = static_cast<float> (value) / 32768.0f;
    }

    return success();
}

} // namespace kikitori::backend
