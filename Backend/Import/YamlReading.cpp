#include "Backend/Import/YamlReading.h"

namespace kikitori::backend
{

Result<YAML::Node> readYaml (const std::filesystem::path& file)
{
    std::error_code ignored;

    if (! std::filesystem::is_regular_file (file, ignored))
        return Error{ "file_missing", "The file " + file.string() + " is missing." };

    try
    {
        auto root = YAML::LoadFile (file.string());

        if (root.IsMap())
            return root;
    }
    catch (const YAML::Exception& e)
    {
        return Error{ "model_broken", file.string() + " cannot be read as YAML: " + e.what() };
    }

    return Error{ "model_broken", file.string() + " must be a mapping of keys to values." };
}

YAML::Node yamlAt (const YAML::Node& node, const std::string& path)
{
    if (! node.IsMap())
        return YAML::Node (YAML::NodeType::Undefined);

    const auto dot = path.find ('.');
    const auto next = node[path.substr (0, dot)];

    if (! next.IsDefined())
        return YAML::Node (YAML::NodeType::Undefined);

    return dot == std::string::npos ? next : yamlAt (next, path.substr (dot + 1));
}

} // namespace kikitori::backend
