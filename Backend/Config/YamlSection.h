/*  One mapping of a YAML file: takes known keys out and complains about the rest.

    Threads: one.
    Failure: the first complaint stays in `error`: bad_config, naming file, key, value and what is allowed. A value that
    is not there leaves its target as it is.
*/
#pragma once

#include "Core/Result.h"

#include <filesystem>
#include <optional>
#include <regex>
#include <string>
#include <vector>

#include <yaml-cpp/yaml.h>

namespace kikitori::backend
{

class YamlSection
{
public:
    /** sectionName: with a dot at its end, or empty for the whole file. */
    YamlSection (const YAML::Node& nodeToRead, std::string sectionName, std::string fileName);

    template <typename Number>
    void number (const char* key, Number& target, Number least, Number most)
    {
        known.emplace_back (key);
        const auto value = node[key];

        if (! value || error)
            return;

        Number number{};
        if (! YAML::convert<Number>::decode (value, number) || ! (number >= least && number <= most))
            return complain (key, value,
                             "a number from " + YAML::Dump (YAML::Node (least)) + " to "
                                 + YAML::Dump (YAML::Node (most)));

        target = number;
    }

    std::vector<std::string> names (const char* key);
    void path (const char* key, std::filesystem::path& target);
    void flag (const char* key, bool& target);
    void oneOf (const char* key, std::string& target, const std::vector<std::string>& choices);
    void text (const char* key, std::string& target, const std::regex& shape, const std::string& allowed);
    YamlSection child (const char* key);

    /** After all known keys were asked for. */
    void refuseOthers();

    void complain (const std::string& key, const YAML::Node& value, const std::string& allowed);

    const YAML::Node node;
    const std::string name, file;
    std::vector<std::string> known;
    std::optional<Error> error;
};

} // namespace kikitori::backend
