/*  A safetensors file (huggingface/safetensors, README "Format"), mapped into memory and fully checked.

    Threads: const after open(); any number at once.
    Failure: file_missing, model_broken. A truncated file, a header that is too long or not JSON, an unknown type,
    a shape that does not fit its bytes, and ranges that overlap or leave the file are refused, each with its name.
*/
#pragma once

#include "Core/Result.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace kikitori::backend
{

class SafetensorsFile
{
public:
    enum class Type
    {
        f32,
        f16,
        i8
    };

    struct Tensor
    {
        Type type = Type::f32;
        std::vector<std::int64_t> shape;
        std::span<const std::byte> bytes;

        std::size_t elementCount() const noexcept;
    };

    static Result<SafetensorsFile> open (const std::filesystem::path& file);

    bool contains (const std::string& name) const { return tensors.contains (name); }

    /** The tensor as floats, if it is there with exactly this shape; int8 tensors are multiplied by the row's
        NAME_scale (shape [rows]). */
    Result<std::vector<float>> read (const std::string& name, const std::vector<std::int64_t>& shape) const;

    std::size_t tensorCount() const noexcept { return tensors.size(); }

private:
    class Mapping;

    std::string path;
    std::shared_ptr<const Mapping> mapping;
    std::map<std::string, Tensor> tensors;
};

} // namespace kikitori::backend
