#include "Backend/Import/Conversion.h"

#include <algorithm>
#include <cmath>

namespace kikitori::backend
{

namespace
{
std::vector<std::int64_t> withoutOnesAtEnd (std::vector<std::int64_t> shape)
{
    while (shape.size() > 1 && shape.back() == 1)
        shape.pop_back();

    return shape;
}

/** [vocabulary, size], the blank's row first. */
std::vector<float> blankFirst (const std::vector<float>& rows, std::size_t size, std::size_t blank)
{
    std::vector<float> turned (rows.begin() + static_cast<std::ptrdiff_t> (blank * size),
                               rows.begin() + static_cast<std::ptrdiff_t> ((blank + 1) * size));
    turned.insert (turned.end(), rows.begin(), rows.begin() + static_cast<std::ptrdiff_t> (blank * size));
    turned.insert (turned.end(), rows.begin() + static_cast<std::ptrdiff_t> ((blank + 1) * size), rows.end());
    return turned;
}
} // namespace

Result<std::vector<float>> Conversion::numbers (const std::string& name) const
{
    return floats (tensors.at (name), name);
}

bool Conversion::check (const std::string& name, const Shape& shape)
{
    if (error)
        return false;

    const auto found = tensors.find (name);

    if (found == tensors.end())
        error = Error{ "model_broken",
                       "The checkpoint lacks the tensor " + name + "; its configuration is of another model." };
    else if (withoutOnesAtEnd (found->second.shape) != withoutOnesAtEnd (shape))
        error = Error{ "model_broken", "The tensor " + name + " has the shape " + describeShape (found->second.shape)
                                           + ", its configuration asks for " + describeShape (shape) + "." };
    else if (auto readable = floats (found->second, name); ! readable)
        error = readable.error();

    return ! error;
}

void Conversion::copy (const std::string& from, const std::string& to, const Shape& shape)
{
    if (check (from, shape))
        writer.add (to, shape, [this, from] { return numbers (from); });
}

void Conversion::dense (const std::string& from, const std::string& to, int rows, int columns)
{
    copy (from + ".weight", to + ".weight", { rows, columns });

    if (has (from + ".bias"))
        copy (from + ".bias", to + ".bias", { rows });
}

void Conversion::norm (const std::string& from, const std::string& to, int size)
{
    copy (from + ".weight", to + ".weight", { size });
    copy (from + ".bias", to + ".bias", { size });
}

void Conversion::vector (const std::string& from, const std::string& to, int heads, int headSize)
{
    if (check (from, { heads, headSize }))
        writer.add (to, { static_cast<std::int64_t> (heads) * headSize }, [this, from] { return numbers (from); });
}

void Conversion::depthwise (const std::string& from,
                            const std::string& batchNorm,
                            const std::string& to,
                            int size,
                            int kernel)
{
    auto isRight = check (from + ".weight", { size, 1, kernel });
    std::vector<float> bias (static_cast<std::size_t> (size)), factor (bias.size(), 1.0f);

    if (isRight && has (from + ".bias") && (isRight = check (from + ".bias", { size })))
        bias = numbers (from + ".bias").value();

    if (isRight && ! batchNorm.empty())
    {
        for (const auto* part : { ".weight", ".bias", ".running_mean", ".running_var" })
            isRight = isRight && check (batchNorm + part, { size });

        if (isRight)
        {
            const auto gain = numbers (batchNorm + ".weight").value(), shift = numbers (batchNorm + ".bias").value();
            const auto mean = numbers (batchNorm + ".running_mean").value();
            const auto variance = numbers (batchNorm + ".running_var").value();

            for (std::size_t i = 0; i < bias.size(); ++i)
            {
                factor[i] = gain[i] / std::sqrt (variance[i] + 1e-5f);
                bias[i] = (bias[i] - mean[i]) * factor[i] + shift[i];
            }
        }
    }

    if (! isRight)
        return;

    writer.add (to + ".weight", { size, kernel },
                [this, name = from + ".weight", factor, kernel]() -> Result<std::vector<float>>
                {
                    auto weights = numbers (name);

                    if (weights)
                        for (std::size_t i = 0; i < weights.value().size(); ++i)
                            weights.value()[i] *= factor[i / static_cast<std::size_t> (kernel)];

                    return weights;
                });
    writer.add (to + ".bias", { size }, [bias]() -> Result<std::vector<float>> { return bias; });
}

void Conversion::head (const std::string& from, int vocabulary, int size, int blank)
{
    const auto add = [&] (const std::string& part, Shape shape, int columns)
    {
        if (check (from + part, shape))
            writer.add ("head" + part, std::move (shape),
                        [this, name = from + part, columns, blank]() -> Result<std::vector<float>>
                        {
                            const auto rows = numbers (name);

                            if (! rows)
                                return rows.error();

                            return blankFirst (rows.value(), static_cast<std::size_t> (columns),
                                               static_cast<std::size_t> (blank));
                        });
    };
    add (".weight", { vocabulary, size }, size);
    add (".bias", { vocabulary }, 1);
}

void Conversion::weightNormed (const std::string& from, const std::string& to, int out, int in, int kernel)
{
    const auto isNew = has (from + ".parametrizations.weight.original0");
    const auto gain = from + (isNew ? ".parametrizations.weight.original0" : ".weight_g");
    const auto direction = from + (isNew ? ".parametrizations.weight.original1" : ".weight_v");

    if (check (gain, { 1, 1, kernel }) && check (direction, { out, in, kernel }))
        writer.add (to + ".weight", { out, in, kernel },
                    [this, gain, direction, kernel]() -> Result<std::vector<float>>
                    {
                        const auto size = static_cast<std::size_t> (kernel);
                        auto weights = numbers (direction).value();
                        const auto lengths = numbers (gain).value();
                        std::vector<double> squares (size);

                        for (std::size_t i = 0; i < weights.size(); ++i)
                            squares[i % size] += static_cast<double> (weights[i]) * static_cast<double> (weights[i]);
                        for (std::size_t i = 0; i < weights.size(); ++i)
                            weights[i] *= lengths[i % size] / static_cast<float> (std::sqrt (squares[i % size]));

                        return weights;
                    });

    copy (from + ".bias", to + ".bias", { out });
}

} // namespace kikitori::backend
