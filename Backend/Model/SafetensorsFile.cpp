#include "Backend/Model/SafetensorsFile.h"

#include "Protocol/JsonReading.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

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

class SafetensorsFile::Mapping
{
public:
    Mapping (void* start, std::size_t length) : bytes (static_cast<const std::byte*> (start), length) {}
    ~Mapping() { ::munmap (const_cast<std::byte*> (bytes.data()), bytes.size()); }
    Mapping (const Mapping&) = delete;
    Mapping& operator= (const Mapping&) = delete;

    static std::shared_ptr<const Mapping> of (const std::filesystem::path& file)
    {
        const auto handle = ::open (file.c_str(), O_RDONLY | O_CLOEXEC);
        struct stat facts
        {
        };
        void* start = MAP_FAILED;

        if (handle >= 0 && ::fstat (handle, &facts) == 0 && S_ISREG (facts.st_mode) && facts.st_size > 0)
            start = ::mmap (nullptr, static_cast<std::size_t> (facts.st_size), PROT_READ, MAP_PRIVATE, handle, 0);
        if (handle >= 0)
            ::close (handle);
        if (start == MAP_FAILED)
            return nullptr;

        return std::make_shared<const Mapping> (start, static_cast<std::size_t> (facts.st_size));
    }

    const std::span<const std::byte> bytes;
};

std::size_t SafetensorsFile::Tensor::elementCount() const noexcept
{
    std::size_t count = 1;

    for (const auto size : shape)
        count *= static_cast<std::size_t> (size);

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

/** One entry of the header; an empty string is no complaint. */
std::string readEntry (const nlohmann::json& entry, std::span<const std::byte> data, Tensor& tensor)
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
        if (! size.is_number_unsigned() || size.get<std::uint64_t>() == 0 || size.get<std::uint64_t>() > data.size())
            return "has an impossible shape";

        count *= size.get<std::uint64_t>();
        tensor.shape.push_back (size.get<std::int64_t>());

        if (count > data.size())
            return "has a shape larger than the file";
    }

    const auto begin = (*offsets)[0].get<std::uint64_t>();
    const auto end = (*offsets)[1].get<std::uint64_t>();

    if (begin > end || end > data.size() || end - begin != count * named->width)
        return "has offsets that do not fit its shape or leave the file";

    tensor.bytes = data.subspan (static_cast<std::size_t> (begin), static_cast<std::size_t> (end - begin));
    return {};
}

bool overlaps (const std::map<std::string, Tensor>& tensors)
{
    std::vector<std::span<const std::byte>> ranges;

    for (const auto& [name, tensor] : tensors)
        ranges.push_back (tensor.bytes);

    std::sort (ranges.begin(), ranges.end(), [] (auto a, auto b) { return a.data() < b.data(); });

    for (std::size_t i = 1; i < ranges.size(); ++i)
        if (ranges[i - 1].data() + ranges[i - 1].size() > ranges[i].data())
            return true;

    return false;
}
} // namespace

Result<SafetensorsFile> SafetensorsFile::open (const std::filesystem::path& file)
{
    SafetensorsFile opened;
    opened.path = file.string();
    opened.mapping = Mapping::of (file);
    const auto broken = [&] (const std::string& why) {
        return Error{ "model_broken", "The model file " + opened.path + " " + why + "; copy the model again." };
    };

    if (opened.mapping == nullptr)
        return Error{ "file_missing", "The model file " + opened.path + " is missing, empty or cannot be read." };

    const auto bytes = opened.mapping->bytes;
    std::uint64_t headerLength = 0;

    if (bytes.size() < sizeof (headerLength))
        return broken ("is too short");

    static_assert (std::endian::native == std::endian::little);
    std::memcpy (&headerLength, bytes.data(), sizeof (headerLength));

    if (headerLength > longestHeader || headerLength > bytes.size() - sizeof (headerLength))
        return broken ("is cut off or no safetensors file");

    const auto* text = reinterpret_cast<const char*> (bytes.data()) + sizeof (headerLength);
    const auto header = parseJson ({ text, static_cast<std::size_t> (headerLength) });

    if (! header || ! header.value().is_object())
        return broken ("has a damaged header");

    const auto data = bytes.subspan (sizeof (headerLength) + static_cast<std::size_t> (headerLength));

    for (const auto& [name, entry] : header.value().items())
    {
        if (name == "__metadata__")
            continue;

        if (const auto complaint = readEntry (entry, data, opened.tensors[name]); ! complaint.empty())
            return broken ("is damaged: the tensor " + name.substr (0, 100) + " " + complaint);
    }

    if (overlaps (opened.tensors))
        return broken ("is damaged: its tensors overlap");

    return opened;
}

std::shared_ptr<const void> SafetensorsFile::keepAlive() const noexcept { return mapping; }

Result<std::vector<float>> SafetensorsFile::read (const std::string& name, const std::vector<std::int64_t>& shape) const
{
    const auto found = tensors.find (name);
    const auto broken = [&] (const std::string& why) {
        return Error{ "model_broken", "The model file " + path + ": the tensor " + name + " " + why + "." };
    };

    if (found == tensors.end())
        return broken ("is missing");

    const auto& tensor = found->second;

    if (tensor.shape != shape)
        return broken ("has the shape " + describe (tensor.shape) + ", config.json asks for " + describe (shape));

    std::vector<float> values (tensor.elementCount());

    if (tensor.type == Type::f32)
    {
        std::memcpy (values.data(), tensor.bytes.data(), tensor.bytes.size());
    }
    else if (tensor.type == Type::f16)
    {
        for (std::size_t i = 0; i < values.size(); ++i)
        {
            std::uint16_t half = 0;
            std::memcpy (&half, tensor.bytes.data() + 2 * i, 2);
            values[i] = halfToFloat (half);
        }
    }
    else if (tensor.type != Type::i8)
    {
        return broken ("has a type that a model folder does not have; import the model again");
    }
    else
    {
        const auto scales = read (name + "_scale", { shape.front() });

        if (! scales)
            return scales.error();

        const auto rowLength = values.size() / scales.value().size();

        for (std::size_t i = 0; i < values.size(); ++i)
            values[i] = scales.value()[i / rowLength] * static_cast<float> (static_cast<std::int8_t> (tensor.bytes[i]));
    }

    for (const auto value : values)
        if (! (std::abs (value) < 65536.0f))
            return broken ("holds a number that is not finite or absurdly large");

    return values;
}

} // namespace kikitori::backend
