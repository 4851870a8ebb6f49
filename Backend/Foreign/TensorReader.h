/*  Takes a network's tensors out of model.safetensors and remembers the first complaint, so that the readers of the
    networks stay short.

    Threads: one reader belongs to one thread.
    Failure: after a complaint everything that is taken is zero, of the asked size; `error` says what was wrong.
*/
#pragma once

#include "Backend/Foreign/Dense.h"
#include "Backend/Model/SafetensorsFile.h"

#include <optional>

namespace kikitori::backend
{

struct NormWeights
{
    std::vector<float> weight, bias;
};

class TensorReader
{
public:
    explicit TensorReader (const SafetensorsFile& fileToRead) : file (fileToRead) {}

    std::vector<float> take (const std::string& name, const std::vector<std::int64_t>& shape);
    /** name.weight [rows, columns], and name.bias [rows] where there is one. */
    Dense dense (const std::string& name, int rows, int columns);
    /** name.weight and name.bias, both [size]. */
    NormWeights norm (const std::string& name, int size);
    bool has (const std::string& name) const { return file.contains (name); }

    std::optional<Error> error;
    std::uint64_t parameters = 0; ///< numbers taken so far

private:
    const SafetensorsFile& file;
};

} // namespace kikitori::backend
