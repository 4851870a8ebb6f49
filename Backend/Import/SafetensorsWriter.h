/*  Writes model.safetensors, tensor by tensor, so that only one of them is in memory as floats.

    Threads: one writer belongs to one thread.
    Failure: those of FileWriter and of whoever makes the numbers.
*/
#pragma once

#include "Core/Result.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace kikitori::backend
{

class SafetensorsWriter
{
public:
    using Numbers = std::function<Result<std::vector<float>>()>;

    /** numbers is called in write(). Names must differ. */
    void add (std::string name, std::vector<std::int64_t> shape, Numbers numbers);

    std::size_t tensorCount() const noexcept { return tensors.size(); }
    std::uint64_t parameterCount() const noexcept;

    Status write (const std::filesystem::path& file) const;

private:
    struct Tensor
    {
        std::string name;
        std::vector<std::int64_t> shape;
        std::uint64_t count = 0;
        Numbers numbers;
    };

    std::vector<Tensor> tensors;
};

} // namespace kikitori::backend
