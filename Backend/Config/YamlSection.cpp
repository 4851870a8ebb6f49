#include "Backend/Config/YamlSection.h"

#include "Backend/Storage/CheckpointName.h"

#include <algorithm>

namespace kikitori::backend
{

YamlSection::YamlSection (const YAML::Node& nodeToRead, std::string sectionName, std::string fileName)
    : node (nodeToRead), name (std::move (sectionName)), file (std::move (fileName))
{
}

std::vector<std::string> YamlSection::names (const char* key)
{
    known.emplace_back (key);
    const auto value = node[key];
    std::vector<std::string> result;

    if (! value || error)
        return result;

    for (const auto& entry : value)
    {
        if (! value.IsSequence() || ! entry.IsScalar() || ! isTrainingName (entry.Scalar()))
        {
            complain (key, value, std::string ("a list of names of ") + trainingNameRule);
            break;
        }

        result.push_back (entry.Scalar());
    }

    return result;
}

void YamlSection::path (const char* key, std::filesystem::path& target)
{
    known.emplace_back (key);
    const auto value = node[key];

    if (value && ! value.IsScalar())
        complain (key, value, "a path");
    else if (value)
        target = value.Scalar();
}

void YamlSection::flag (const char* key, bool& target)
{
    known.emplace_back (key);
    const auto value = node[key];

    if (value && ! YAML::convert<bool>::decode (value, target))
        complain (key, value, "true or false");
}

void YamlSection::oneOf (const char* key, std::string& target, const std::vector<std::string>& choices)
{
    known.emplace_back (key);
    const auto value = node[key];
    std::string allowed;

    for (const auto& choice : choices)
        allowed += (allowed.empty() ? "" : ", ") + choice;

    if (value && (! value.IsScalar() || std::find (choices.begin(), choices.end(), value.Scalar()) == choices.end()))
        complain (key, value, allowed);
    else if (value)
        target = value.Scalar();
}

void YamlSection::text (const char* key, std::string& target, const std::regex& shape, const std::string& allowed)
{
    known.emplace_back (key);
    const auto value = node[key];

    if (value && ! (value.IsScalar() && std::regex_match (value.Scalar(), shape)))
        complain (key, value, allowed);
    else if (value)
        target = value.Scalar();
}

YamlSection YamlSection::child (const char* key)
{
    known.emplace_back (key);
    const auto value = node[key];

    if (value && ! value.IsMap())
        complain (key, value, "a mapping");

    return { value && value.IsMap() ? value : YAML::Node (YAML::NodeType::Map), name + key + ".", file };
}

void YamlSection::refuseOthers()
{
    for (const auto& entry : node)
    {
        const auto key = entry.first.IsScalar() ? entry.first.Scalar() : std::string ("?");

        if (! error && std::find (known.begin(), known.end(), key) == known.end())
        {
            std::string allowed;
            for (const auto& one : known)
                allowed += (allowed.empty() ? "" : ", ") + one;
            error = Error{ "bad_config",
                           file + ": \"" + name + key + "\" is not a key here; allowed are " + allowed + "." };
        }
    }
}

void YamlSection::complain (const std::string& key, const YAML::Node& value, const std::string& allowed)
{
    if (! error)
        error = Error{ "bad_config", file + ": \"" + name + key + "\" is " + YAML::Dump (value).substr (0, 80)
                                         + "; allowed is " + allowed + "." };
}

} // namespace kikitori::backend
