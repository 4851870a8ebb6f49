/*  The tensors of a foreign checkpoint, as they lie in it.

    Threads: plain values; the bytes are shared and const.
    Failure: floats() gives model_broken for a tensor that leaves its storage.
*/
#pragma once

#include "Core/Result.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace kikitori::backend
{

enum class NumberType
{
    f16,
    bf16,
    f32,
    f64,
    i8,
    u8,
    i16,
    i32,
    i64,
    boolean
};

std::size_t bytesOf (NumberType type) noexcept;

struct ForeignTensor
{
    NumberType type = NumberType::f32;
    std::vector<std::int64_t> shape, strides; ///< strides in numbers
    std::int64_t offset = 0;                  ///< of the first number, in numbers
    std::shared_ptr<const void> owner{};      ///< keeps `storage`
    std::span<const std::byte> storage{};
    /** Gives the bytes of a tensor that has no storage: they are read when they are wanted. */
    std::function<Result<std::vector<std::byte>>()> read{};
};

using TensorSet = std::map<std::string, ForeignTensor>;

/** The numbers in row-major order. name is for the message. */
Result<std::vector<float>> floats (const ForeignTensor& tensor, const std::string& name);

/** "[2, 3]" */
std::string describeShape (const std::vector<std::int64_t>& shape);

} // namespace kikitori::backend
