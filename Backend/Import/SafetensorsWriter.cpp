#include "Backend/Import/SafetensorsWriter.h"

#include "Backend/Download/FileWriter.h"

#include <nlohmann/json.hpp>

namespace kikitori::backend
{

void SafetensorsWriter::add (std::string name, std::vector<std::int64_t> shape, Numbers numbers)
{
    std::uint64_t count = 1;

    for (const auto size : shape)
        count *= static_cast<std::uint64_t> (size);

    tensors.push_back ({ std::move (name), std::move (shape), count, std::move (numbers) });
}

std::uint64_t SafetensorsWriter::parameterCount() const noexcept
{
    std::uint64_t sum = 0;

    for (const auto& tensor : tensors)
        sum += tensor.count;

    return sum;
}

Status SafetensorsWriter::write (const std::filesystem::path& file) const
{
    auto header = nlohmann::json::object();
    std::uint64_t offset = 0;

    for (const auto& tensor : tensors)
    {
        const auto end = offset + tensor.count * sizeof (float);
        header[tensor.name] = { { "dtype", "F32" }, { "shape", tensor.shape }, { "data_offsets", { offset, end } } };
        offset = end;
    }

    auto text = header.dump();
    text.resize ((text.size() + 7) / 8 * 8, ' '); // so that the numbers are aligned
    const std::uint64_t length = text.size();
    FileWriter writer (file);

    if (auto written = writer.write (std::as_bytes (std::span (&length, 1))); ! written)
        return written;
    if (auto written = writer.write (text); ! written)
        return written;

    for (const auto& tensor : tensors)
    {
        const auto values = tensor.numbers();

        if (! values)
            return values.error();
        if (values.value().size() != tensor.count)
            return Error{ "internal", "The tensor " + tensor.name + " has another size than announced." };
        if (auto written = writer.write (std::as_bytes (std::span (values.value()))); ! written)
            return written;
    }

    return writer.close();
}

} // namespace kikitori::backend
