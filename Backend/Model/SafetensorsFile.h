/*  A safetensors file (huggingface/safetensors, README "Format"), fully checked. It is read and never mapped: one that is
    written or cut while we have it gives an error and no signal.

    Threads: const after open(); any number at once.
    Failure: file_missing, model_broken. A truncated file, a header that is too long or not JSON, an unknown type,
    a shape that does not fit its bytes, and ranges that overlap or leave the file are refused, each with its name; so is
    a file that changes.
*/
#pragma once

#include "Platform/FileReader.h"

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
        std::uint64_t offset = 0, size = 0; ///< in the file, bytes

        std::size_t elementCount() const noexcept;
    };

    static Result<SafetensorsFile> open (const std::filesystem::path& file);

    bool contains (const std::string& name) const { return tensors.contains (name); }

    /** The tensor as floats, if it is there with exactly this shape; int8 tensors are multiplied by the row's
        NAME_scale (shape [rows]). */
    Result<std::vector<float>> read (const std::string& name, const std::vector<std::int64_t>& shape) const;

    std::size_t tensorCount() const noexcept { return tensors.size(); }

    /** All tensors by name. */
    const std::map<std::string, Tensor>& all() const noexcept { return tensors; }
    /** A tensor's bytes, as they lie in the file. */
    Result<std::vector<std::byte>> bytesOf (const Tensor& tensor) const;

private:
    Error broken (const std::string& why) const;
    Status readBytes (const Tensor& tensor, std::span<std::byte> target) const;

    std::string path;
    std::shared_ptr<const platform::FileReader> reader;
    std::map<std::string, Tensor> tensors;
};

} // namespace kikitori::backend
