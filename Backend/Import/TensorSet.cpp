#include "Backend/Import/TensorSet.h"

#include <bit>
#include <cmath>
#include <cstring>

namespace kikitori::backend
{

namespace
{
template <typename Number>
Number numberAt (const std::byte* from)
{
    Number number;
    std::memcpy (&number, from, sizeof (number));
    return number;
}

float halfToFloat (std::uint16_t half)
{
    const auto sign = (half & 0x8000) != 0 ? -1.0f : 1.0f;
    const auto exponent = half >> 10 & 31;
    const auto fraction = static_cast<float> (half & 1023);

    if (exponent == 31)
        return fraction > 0.0f ? std::nanf ("") : sign * INFINITY;
    if (exponent == 0)
        return sign * std::ldexp (fraction, -24);

    return sign * std::ldexp (1024.0f + fraction, exponent - 25);
}

float toFloat (NumberType type, const std::byte* from)
{
    switch (type)
    {
        case NumberType::f16: return halfToFloat (numberAt<std::uint16_t> (from));
        case NumberType::bf16:
            return std::bit_cast<float> (static_cast<std::uint32_t> (numberAt<std::uint16_t> (from)) << 16);
        case NumberType::f32: return numberAt<float> (from);
        case NumberType::f64: return static_cast<float> (numberAt<double> (from));
        case NumberType::i8: return static_cast<float> (numberAt<std::int8_t> (from));
        case NumberType::boolean:
        case NumberType::u8: return static_cast<float> (numberAt<std::uint8_t> (from));
        case NumberType::i16: return static_cast<float> (numberAt<std::int16_t> (from));
        case NumberType::i32: return static_cast<float> (numberAt<std::int32_t> (from));
        case NumberType::i64: return static_cast<float> (numberAt<std::int64_t> (from));
    }

    return 0.0f;
}
} // namespace

std::size_t bytesOf (NumberType type) noexcept
{
    switch (type)
    {
        case NumberType::f16:
        case NumberType::bf16:
        case NumberType::i16: return 2;
        case NumberType::f32:
        case NumberType::i32: return 4;
        case NumberType::f64:
        case NumberType::i64: return 8;
        default: return 1;
    }
}

std::string describeShape (const std::vector<std::int64_t>& shape)
{
    std::string text = "[";

    for (const auto size : shape)
        text += (text.size() > 1 ? ", " : "") + std::to_string (size);

    return text + "]";
}

Result<std::vector<float>> floats (const ForeignTensor& tensor, const std::string& name)
{
    const Error broken{ "model_broken", "The tensor " + name.substr (0, 200) + " of shape "
                                            + describeShape (tensor.shape)
                                            + " does not fit its data; fetch the model again." };
    auto read = tensor.read ? tensor.read() : Result<std::vector<std::byte>> (std::vector<std::byte>());

    if (! read)
        return read.error();

    const auto storage = tensor.read ? std::span<const std::byte> (read.value()) : tensor.storage;
    const auto width = bytesOf (tensor.type);
    const auto stored = static_cast<std::int64_t> (storage.size() / width);
    std::int64_t count = 1, last = tensor.offset;

    if (tensor.shape.size() != tensor.strides.size() || tensor.offset < 0)
        return broken;

    for (std::size_t i = 0; i < tensor.shape.size(); ++i)
    {
        const auto size = tensor.shape[i], stride = tensor.strides[i];

        if (size < 1 || size > stored || stride < 0 || stride > stored || count > stored / size + 1)
            return broken;

        count *= size;
        last += (size - 1) * stride;

        if (last > stored)
            return broken;
    }

    if (count > stored || last >= stored)
        return broken;

    std::vector<float> values;
    values.reserve (static_cast<std::size_t> (count));
    std::vector<std::int64_t> index (tensor.shape.size(), 0);
    auto at = tensor.offset;

    for (std::int64_t n = 0; n < count; ++n)
    {
        values.push_back (toFloat (tensor.type, storage.data() + static_cast<std::size_t> (at) * width));

        for (auto axis = index.size(); axis-- > 0;)
        {
            at += tensor.strides[axis];

            if (++index[axis] < tensor.shape[axis])
                break;

            at -= tensor.strides[axis] * tensor.shape[axis];
            index[axis] = 0;
        }
    }

    return values;
}

} // namespace kikitori::backend
