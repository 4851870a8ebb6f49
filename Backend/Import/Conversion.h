/*  Takes a foreign checkpoint's tensors over into a model folder: other names, batch norms folded into the convolutions
    before them, weight norms multiplied out, the blank's row of the head first.

    Threads: one conversion belongs to one thread.
    Failure: the first complaint stays in `error`: model_broken, naming the tensor, its shape and what is needed.
*/
#pragma once

#include "Backend/Import/SafetensorsWriter.h"
#include "Backend/Import/TensorSet.h"

#include <optional>

namespace kikitori::backend
{

class Conversion
{
public:
    using Shape = std::vector<std::int64_t>;

    explicit Conversion (TensorSet foreignTensors) : tensors (std::move (foreignTensors)) {}

    bool has (const std::string& name) const { return tensors.contains (name); }

    /** Checks that `from` has this shape (ones at its end do not count, as those of a pointwise convolution) and takes
        it over with another name. */
    void copy (const std::string& from, const std::string& to, const Shape& shape);
    /** from.weight [rows, columns], and from.bias where there is one. */
    void dense (const std::string& from, const std::string& to, int rows, int columns);
    /** from.weight and from.bias, [size]. */
    void norm (const std::string& from, const std::string& to, int size);
    /** [heads, headSize], as one vector. */
    void vector (const std::string& from, const std::string& to, int heads, int headSize);
    /** A depthwise convolution [size, 1, kernel] followed by a batch norm (epsilon 1e-5). Gives to.weight [size,
       kernel] and to.bias; without a batch norm's name the convolution as it is. */
    void depthwise (const std::string& from, const std::string& batchNorm, const std::string& to, int size, int kernel);
    /** from.weight [vocabulary, size] and from.bias; the blank's row comes first. */
    void head (const std::string& from, int vocabulary, int size, int blank);
    /** A convolution with weight norm over all but its last axis, [out, in, kernel], in both namings that PyTorch had.
     */
    void weightNormed (const std::string& from, const std::string& to, int out, int in, int kernel);

    SafetensorsWriter writer;
    std::optional<Error> error;

private:
    /** The numbers, if the shape is right; for the lambdas of the writer. */
    Result<std::vector<float>> numbers (const std::string& name) const;
    bool check (const std::string& name, const Shape& shape);

    const TensorSet tensors;
};

/** Moves entry `first` of a list to its front. */
template <typename Item>
void moveToFront (std::vector<Item>& items, std::size_t first)
{
    auto item = std::move (items[first]);
    items.erase (items.begin() + static_cast<std::ptrdiff_t> (first));
    items.insert (items.begin(), std::move (item));
}

} // namespace kikitori::backend
