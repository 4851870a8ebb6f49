#include "Backend/Import/TorchFile.h"

#include "Backend/Import/Archive.h"
#include "Backend/Import/Pickle.h"

namespace kikitori::backend
{

namespace
{
using Bytes = std::vector<std::byte>;
constexpr std::uint64_t largestPickle = 16u << 20;

Result<std::shared_ptr<const Bytes>> readAll (ArchiveEntry& entry)
{
    auto bytes = std::make_shared<Bytes> (static_cast<std::size_t> (entry.size()));
    const auto count = entry.read (*bytes);

    if (! count)
        return count.error();

    bytes->resize (count.value());
    return std::shared_ptr<const Bytes> (std::move (bytes));
}
} // namespace

Result<TensorSet> readTorchFile (const std::filesystem::path& file)
{
    std::map<std::string, std::shared_ptr<const Bytes>> storages;
    std::shared_ptr<const Bytes> pickle;
    std::error_code ignored;
    // PyTorch compresses nothing, so what is in the archive is no larger than it.
    auto left = std::filesystem::file_size (file, ignored);

    const auto visited = visitArchive (
        file,
        [&] (ArchiveEntry& entry) -> Status
        {
            const auto& name = entry.name();
            const auto data = name.find ("/data/");
            const auto isPickle = name.ends_with ("/data.pkl");

            if (! isPickle && data == std::string::npos)
                return success();
            if (entry.size() > left || (isPickle && entry.size() > largestPickle))
                return Error{ "model_broken", file.string() + ": " + name.substr (0, 120) + " is impossibly large." };

            left -= entry.size();

            auto bytes = readAll (entry);

            if (! bytes)
                return bytes.error();
            if (isPickle)
                pickle = bytes.value();
            else
                storages[name.substr (data + 6)] = bytes.value();

            return success();
        });

    if (! visited)
        return visited.error();
    if (pickle == nullptr)
        return Error{ "model_broken",
                      file.string() + " holds no data.pkl: it is no checkpoint of PyTorch 1.6 or later." };

    auto described = readStateDict (*pickle, file.string());

    if (! described)
        return described.error();

    TensorSet tensors;

    for (const auto& [name, one] : described.value())
    {
        const auto found = storages.find (one.key);

        if (found == storages.end())
            return Error{ "model_broken",
                          file.string() + ": the numbers of " + name.substr (0, 120) + " are missing." };

        tensors[name] = { one.type, one.shape, one.strides, one.offset, found->second, *found->second };
    }

    return tensors;
}

} // namespace kikitori::backend
