/*  What reading the folder of an imported model is for every network: its configuration, its tensors, the first
    complaint.

    Threads: pure functions.
    Failure: file_missing or model_broken.
*/
#pragma once

#include "Backend/Foreign/AcousticModel.h"
#include "Backend/Foreign/TensorReader.h"

namespace kikitori::backend
{

/** make (config, reader) gives a new Network, which takes its tensors from the reader. */
template <typename Config, typename Make>
Result<std::shared_ptr<const AcousticModel>> readNetwork (const std::filesystem::path& folder,
                                                          Result<Config> config,
                                                          Make make)
{
    if (! config)
        return config.error();

    const auto file = SafetensorsFile::open (folder / "model.safetensors");

    if (! file)
        return file.error();

    TensorReader reader (file.value());
    std::shared_ptr<const AcousticModel> model (make (std::move (config).value(), reader));

    if (reader.error)
        return *reader.error;

    return model;
}

} // namespace kikitori::backend
