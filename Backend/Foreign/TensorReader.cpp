#include "Backend/Foreign/TensorReader.h"

namespace kikitori::backend
{

std::vector<float> TensorReader::take (const std::string& name, const std::vector<std::int64_t>& shape)
{
    std::size_t size = 1;

    for (const auto one : shape)
        size *= static_cast<std::size_t> (one);

    if (! error)
    {
        auto values = file.read (name, shape);

        if (values)
        {
            parameters += size;
            return std::move (values).value();
        }

        error = values.error();
    }

    return std::vector<float> (size);
}

Dense TensorReader::dense (const std::string& name, int rows, int columns)
{
    Dense dense{ rows, columns, take (name + ".weight", { rows, columns }), {} };

    if (has (name + ".bias"))
        dense.bias = take (name + ".bias", { rows });

    return dense;
}

NormWeights TensorReader::norm (const std::string& name, int size)
{
    auto weight = take (name + ".weight", { size });
    return { std::move (weight), take (name + ".bias", { size }) };
}

} // namespace kikitori::backend
