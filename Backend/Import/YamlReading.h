/*  Reading YAML from outside without exceptions.

    Threads: pure functions.
    Failure: a default where a key is missing or of the wrong kind.
*/
#pragma once

#include "Core/Result.h"

#include <filesystem>
#include <string>

#include <yaml-cpp/yaml.h>

namespace kikitori::backend
{

/** A mapping. Errors: file_missing, model_broken. */
Result<YAML::Node> readYaml (const std::filesystem::path& file);

/** A value along keys with dots between ("encoder.n_layers"); an undefined node where there is none. */
YAML::Node yamlAt (const YAML::Node& root, const std::string& path);

template <typename Value>
Value yamlValue (const YAML::Node& root, const std::string& path, Value fallback)
{
    const auto node = yamlAt (root, path);
    Value value{};
    return node.IsDefined() && node.IsScalar() && YAML::convert<Value>::decode (node, value) ? value : fallback;
}

} // namespace kikitori::backend
