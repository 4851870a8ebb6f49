#include "Backend/Storage/CheckpointName.h"

#include <algorithm>
#include <charconv>

namespace kikitori::backend
{

namespace
{
constexpr std::size_t longestName = 200;
constexpr std::string_view epochMark = "-epoch-";
constexpr std::string_view suffix = ".pt";
} // namespace

bool isPlainName (std::string_view name)
{
    return ! name.empty() && name.size() <= longestName && name.front() != '.'
           && name.find ("..") == std::string_view::npos
           && std::none_of (name.begin(), name.end(),
                            [] (unsigned char c)
                            { return c < 0x20 || c == 0x7f || c == '/' || c == '\\' || c == '%'; });
}

bool isTrainingName (std::string_view name)
{
    constexpr std::size_t longest = 100;
    return ! name.empty() && name.size() <= longest && name.front() != '.'
           && std::all_of (name.begin(), name.end(),
                           [] (char c)
                           {
                               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
                                      || c == '-' || c == '_' || c == '.';
                           });
}

std::optional<int> CheckpointName::number() const
{
    auto value = 0;
    const auto* last = epoch.data() + epoch.size();
    const auto [end, error] = std::from_chars (epoch.data(), last, value);
    return error == std::errc() && end == last && value >= 0 ? std::optional (value) : std::nullopt;
}

CheckpointName parseCheckpointName (std::string_view name, const std::vector<std::string>& models)
{
    name = name.substr (0, name.rfind ('@')); // the run

    if (name.ends_with (suffix))
        name.remove_suffix (suffix.size());

    const auto mark = name.rfind (epochMark);

    if (mark == std::string_view::npos)
        return {};

    const auto front = name.substr (0, mark);
    auto split = front.find ('-');

    for (const auto& model : models)
        if (front.starts_with (model + "-") && (split == std::string_view::npos || model.size() > split))
            split = model.size();

    if (split == std::string_view::npos)
        return {};

    return { std::string (front.substr (0, split)), std::string (front.substr (split + 1)),
             std::string (name.substr (mark + epochMark.size())) };
}

std::string modelOfCheckpoint (std::string_view name, const std::vector<std::string>& models)
{
    std::string longest;

    for (const auto& model : models)
        if (name.starts_with (model + "-") && model.size() > longest.size())
            longest = model;

    return longest;
}

} // namespace kikitori::backend
