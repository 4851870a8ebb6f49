/*  checksums.sha256 of a model folder, in the form of sha256sum: a file whose bits have changed on a disk or on the way
    is found before it is used. Folders without it are as good as their formats' own checks.

        sha256sum model.safetensors preprocessor_config.json vocab.json > checksums.sha256

    config.json is best left out of it, so that "decoder" can be changed; its values are checked when it is read.

    Threads: pure functions.
    Failure: file_missing, model_broken (a listed file differs, or the list itself is damaged).
*/
#pragma once

#include "Core/Result.h"

#include <filesystem>

namespace kikitori::backend
{

inline constexpr const char* checksumsFile = "checksums.sha256";

/** Success too where there is no list. */
Status verifyChecksums (const std::filesystem::path& folder);

} // namespace kikitori::backend
