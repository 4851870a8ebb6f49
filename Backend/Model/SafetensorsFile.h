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
        i8,
        // Those below come with models of others: read() refuses them, all() has them.
        bf16,
        f64,
        u8,
        i16,
        i32,
        i64,
        boolean
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

    /** All tensors by name; their bytes live as long as what keepAlive() gives. */
    const std::map<std::string, Tensor>& all() const noexcept { return tensors; }
    std::shared_ptr<const void> keepAlive() const noexcept;

private:
    class Mapping;

    std::string path;
    std::shared_ptr<const Mapping> mapping;
    std::map<std::string, Tensor> tensors;
};

} // namespace kikitori::backend
