#include "Protocol/JsonReading.h"

#include "Protocol/Messages.h"

#include <charconv>
#include <cmath>

namespace kikitori
{

namespace
{
/** Replaces bare NaN, Infinity and -Infinity by null and measures the nesting; gives nullopt when it is too deep. */
std::optional<std::string> withoutBareNumbers (std::string_view text)
{
    static constexpr std::string_view words[] = { "-Infinity", "Infinity", "NaN" };
    std::string clean;
    clean.reserve (text.size());
    auto isInString = false;
    auto depth = 0;

    for (std::size_t i = 0; i < text.size();)
    {
        const auto c = text[i];

        if (isInString)
        {
            if (c == '\\' && i + 1 < text.size())
                clean += text[i++];
            else if (c == '"')
                isInString = false;

            clean += text[i++];
            continue;
        }

        isInString = c == '"';
        depth += c == '{' || c == '[' ? 1 : c == '}' || c == ']' ? -1 : 0;

        if (depth > deepestJson)
            return std::nullopt;

        auto wasReplaced = false;
        for (const auto word : words)
        {
            if (! isInString && text.substr (i, word.size()) == word)
            {
                clean += "null";
                i += word.size();
                wasReplaced = true;
                break;
            }
        }

        if (! wasReplaced)
        {
            clean += c;
            ++i;
        }
    }

    return clean;
}
} // namespace

Result<nlohmann::json> parseJson (std::string_view text)
{
    if (text.size() > longestMessageBytes)
        return Error{ "too_large", "The message has " + std::to_string (text.size()) + " bytes; at most "
                                       + std::to_string (longestMessageBytes) + " are allowed." };

    const auto clean = withoutBareNumbers (text);
    auto json =
        clean ? nlohmann::json::parse (*clean, nullptr, false) : nlohmann::json (nlohmann::json::value_t::discarded);

    if (json.is_discarded())
        return Error{ "invalid_json", "Invalid JSON" };

    return json;
}

std::optional<double> numberAt (const nlohmann::json& object, const char* key)
{
    const auto found = object.find (key);

    if (found == object.end())
        return std::nullopt;

    auto value = 0.0;

    if (found->is_number())
    {
        value = found->get<double>();
    }
    else if (found->is_string())
    {
        const auto& text = found->get_ref<const std::string&>();
        const auto* last = text.data() + text.size();
        const auto [end, error] = std::from_chars (text.data(), last, value);

        if (error != std::errc() || end != last)
            return std::nullopt;
    }
    else
    {
        return std::nullopt;
    }

    return std::isfinite (value) ? std::optional (value) : std::nullopt;
}

std::optional<std::int64_t> integerAt (const nlohmann::json& object, const char* key)
{
    const auto number = numberAt (object, key);

    // 2^53: beyond it a double no longer counts single samples, and no stream is that long.
    if (! number || std::abs (*number) > 9007199254740992.0)
        return std::nullopt;

    return static_cast<std::int64_t> (*number);
}

std::string stringAt (const nlohmann::json& object, const char* key, std::string fallback)
{
    const auto found = object.find (key);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::move (fallback);
}

bool boolAt (const nlohmann::json& object, const char* key, bool fallback)
{
    const auto found = object.find (key);
    return found != object.end() && found->is_boolean() ? found->get<bool>() : fallback;
}

} // namespace kikitori
