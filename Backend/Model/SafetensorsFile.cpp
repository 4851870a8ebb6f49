#include "Backend/Model/SafetensorsFile.h"

#include "Protocol/JsonReading.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

namespace kikitori::backend
{

namespace
{
constexpr std::uint64_t longestHeader = 8u << 20;

float halfToFloat (std::uint16_t half)
{
    const auto sign = (half & 0x8000) != 0 ? -1.0f : 1.0f;
    const auto exponent = half >> 10 & 31;
    const auto fraction = static_cast<float> (half & 1023);

    if (exponent == 0)
        return sign * std::ldexp (fraction, -24);

    return sign * std::ldexp (1024.0f + fraction, exponent - 25); // an infinite one becomes 65536: caught as broken
}

std::string describe (const std::vector<std::int64_t>& shape)
{
    std::string text = "[";

    for (const auto size : shape)
        text += (text.size() > 1 ? ", " : "") + std::to_string (size);

    return text + "]";
}
} // namespace

std::size_t SafetensorsFile::Tensor::elementCount() const noexcept
{
    std::size_t count = 1;

    for (const auto extent : shape)
        count *= static_cast<std::size_t> (extent);

    return count;
}

namespace
{
using Tensor = SafetensorsFile::Tensor;
using Type = SafetensorsFile::Type;

struct NamedType
{
    const char* name;
    Type type;
    std::uint64_t width; ///< bytes
};

constexpr NamedType namedTypes[]{
    { "F32", Type::f32, 4 }, { "F16", Type::f16, 2 }, { "I8", Type::i8, 1 },   { "BF16", Type::bf16, 2 },
    { "F64", Type::f64, 8 }, { "U8", Type::u8, 1 },   { "I16", Type::i16, 2 }, { "I32", Type::i32, 4 },
    { "I64", Type::i64, 8 }, { "BOOL", Type::boolean, 1 },
};

/** The file's part behind the header. */
struct DataRange
{
    std::uint64_t begin = 0, size = 0;
};

/** One entry of the header; an empty string is no complaint. */
std::string readEntry (const nlohmann::json& entry, DataRange data, Tensor& tensor)
{
    if (! entry.is_object())
        return "is not an object";

    const auto type = stringAt (entry, "dtype");
    const auto shape = entry.find ("shape");
    const auto offsets = entry.find ("data_offsets");

    const auto* const named = std::find_if (std::begin (namedTypes), std::end (namedTypes),
                                            [&type] (const NamedType& one) { return type == one.name; });

    if (named == std::end (namedTypes))
        return "has the type " + type.substr (0, 20) + "; allowed are F32, F16, BF16, F64, I8 to I64, U8 and BOOL";

    if (shape == entry.end() || ! shape->is_array() || shape->size() > 8 || offsets == entry.end()
        || ! offsets->is_array() || offsets->size() != 2 || ! (*offsets)[0].is_number_unsigned()
        || ! (*offsets)[1].is_number_unsigned())
        return "has no shape or no data_offsets";

    tensor.type = named->type;
    std::uint64_t count = 1;

    for (const auto& size : *shape)
    {
        if (! size.is_number_unsigned() || size.get<std::uint64_t>() == 0 || size.get<std::uint64_t>() > data.size)
            return "has an impossible shape";

        count *= size.get<std::uint64_t>();
        tensor.shape.push_back (size.get<std::int64_t>());

        if (count > data.size)
            return "has a shape larger than the file";
    }

    const auto begin = (*offsets)[0].get<std::uint64_t>();
    const auto end = (*offsets)[1].get<std::uint64_t>();

    if (begin > end || end > data.size || end - begin != count * named->width)
        return "has offsets that do not fit its shape or leave the file";

    tensor.offset = data.begin + begin;
    tensor.size = end - begin;
    return {};
}

bool overlaps (const std::map<std::string, Tensor>& tensors)
{
    std::vector<std::pair<std::uint64_t, std::uint64_t>> ranges; // begin and end

    for (const auto& [name, tensor] : tensors)
        ranges.emplace_back (tensor.offset, tensor.offset + tensor.size);

    std::sort (ranges.begin(), ranges.end());

    for (std::size_t i = 1; i < ranges.size(); ++i)
        if (ranges[i - 1].second > ranges[i].first)
            return true;

    return false;
}
} // namespace

Error SafetensorsFile::broken (const std::string& why) const
{
    return { "model_broken", "The model file " + path + " " + why + "; copy the model again." };
}

Result<SafetensorsFile> SafetensorsFile::open (const std::filesystem::path& file)
{
    SafetensorsFile opened;
    opened.path = file.string();
    auto reader = platform::FileReader::open (file);

    if (! reader || ! reader.value().isPlain() || reader.value().size() == 0)
        return Error{ "file_missing", "The model file " + opened.path + " is missing, empty or cannot be read." };

    opened.reader = std::make_shared<const platform::FileReader> (std::move (reader).value());
    const auto size = opened.reader->size();
    std::uint64_t headerLength = 0;
    static_assert (std::endian::native == std::endian::little);
    const auto lengthRead = opened.reader->readAt (0, { reinterpret_cast<char*> (&headerLength), sizeof (headerLength) });

    if (! lengthRead || lengthRead.value() < sizeof (headerLength))
        return opened.broken ("is too short");
    if (headerLength > longestHeader || headerLength > size - sizeof (headerLength))
        return opened.broken ("is cut off or no safetensors file");

    std::string text (static_cast<std::size_t> (headerLength), '\0');
    const auto textRead = opened.reader->readAt (sizeof (headerLength), text);
    const auto header = parseJson (text);

    if (! textRead || textRead.value() < text.size() || ! header || ! header.value().is_object())
        return opened.broken ("has a damaged header");

    const auto begin = sizeof (headerLength) + headerLength;

    for (const auto& [name, entry] : header.value().items())
    {
        if (name == "__metadata__")
            continue;

        if (const auto complaint = readEntry (entry, { begin, size - begin }, opened.tensors[name]);
            ! complaint.empty())
            return opened.broken ("is damaged: the tensor " + name.substr (0, 100) + " " + complaint);
    }

    if (overlaps (opened.tensors))
        return opened.broken ("is damaged: its tensors overlap");

    return opened;
}

Status SafetensorsFile::readBytes (const Tensor& tensor, std::span<std::byte> target) const
{
    const auto count = reader->readAt (tensor.offset, { reinterpret_cast<char*> (target.data()), target.size() });

    if (! count)
        return count.error();
    if (count.value() < target.size() || reader->hasChanged())
        return broken ("was changed while it was read");

    return success();
}

Result<std::vector<std::byte>> SafetensorsFile::bytesOf (const Tensor& tensor) const
{
    std::vector<std::byte> bytes (static_cast<std::size_t> (tensor.size));
    const auto done = readBytes (tensor, bytes);
    return done ? Result<std::vector<std::byte>> (std::move (bytes)) : done.error();
}

Result<std::vector<float>> SafetensorsFile::read (const std::string& name, const std::vector<std::int64_t>& shape) const
{
    const auto found = tensors.find (name);
    const auto unfit = [&] (const std::string& why) {
        return Error{ "model_broken", "The model file " + path + ": the tensor " + name + " " + why + "." };
    };

    if (found == tensors.end())
        return unfit ("is missing");

    const auto& tensor = found->second;

    if (tensor.shape != shape)
        return unfit ("has the shape " + describe (tensor.shape) + ", config.json asks for " + describe (shape));

    if (tensor.type != Type::f32 && tensor.type != Type::f16 && tensor.type != Type::i8)
        return unfit ("has a type that a model folder does not have; import the model again");

    std::vector<float> values (tensor.elementCount());

    std::vector<std::byte> bytes (tensor.type == Type::f32 ? 0 : static_cast<std::size_t> (tensor.size));

    if (auto done = readBytes (tensor, tensor.type == Type::f32 ? std::as_writable_bytes (std::span (values)) : std::span (bytes));
        ! done)
        return done.error();

    if (tensor.type == Type::f16)
    {
        for (std::size_t i = 0; i < values.size(); ++i)
        {
            std::uint16_t half = 0;
            std::memcpy (&half, bytes.data() + 2 * i, 2);
            values[i] = halfToFloat (half);
        }
    }
    else if (tensor.type == Type::i8)
    {
        const auto scales = read (name + "_scale", { shape.front() });

        if (! scales)
            return scales.error();

        const auto rowLength = values.size() / scales.value().size();

        for (std::size_t i = 0; i < values.size(); ++i)
            values[i] = scales.value()[i / rowLength] * static_cast<float> (static_cast<std::int8_t> (bytes[i]));
    }

    for (const auto value : values)
        if (! (std::abs (value) < 65536.0f))
            return unfit ("holds a number that is not finite or absurdly large");

    return values;
}

} // namespace kikitori::backend
