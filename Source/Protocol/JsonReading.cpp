#include "Protocol/JsonReading.h"

#include "Protocol/Messages.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace kikitori
{

namespace
{
/** The code unit that an escape (u and four hexadecimal digits) at this place stands for. */
std::optional<unsigned> escapedUnit (std::string_view text, std::size_t at)
{
    if (text.substr (at, 2) != "\\u" || text.size() < at + 6)
        return std::nullopt;

    const auto* first = text.data() + at + 2;
    auto unit = 0u;
    const auto [end, error] = std::from_chars (first, first + 4, unit, 16);
    return error == std::errc() && end == first + 4 ? std::optional (unit) : std::nullopt;
}

bool isHighSurrogate (unsigned unit) { return unit >= 0xd800u && unit < 0xdc00u; }
bool isLowSurrogate (unsigned unit) { return unit >= 0xdc00u && unit < 0xe000u; }

/** How much an escape within a string takes; half a surrogate pair is no character, and U+FFFD stands for it. */
std::size_t copyEscape (std::string_view text, std::size_t at, std::string& clean)
{
    const auto unit = escapedUnit (text, at);
    auto length = unit ? std::size_t{ 6 } : std::min<std::size_t> (2, text.size() - at);

    if (unit && isHighSurrogate (*unit) && isLowSurrogate (escapedUnit (text, at + 6).value_or (0)))
        length = 12;
    else if (unit && (isHighSurrogate (*unit) || isLowSurrogate (*unit)))
    {
        clean += "\\ufffd";
        return length;
    }

    clean += text.substr (at, length);
    return length;
}

/** Makes JSON that every parser takes of what peers send: bare NaN, Infinity and -Infinity become null, half a
    surrogate pair U+FFFD. Measures the nesting; gives nullopt when it is too deep. */
std::optional<std::string> strictJson (std::string_view text)
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
            if (c == '\\')
            {
                i += copyEscape (text, i, clean);
                continue;
            }

            isInString = c != '"';
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

    const auto clean = strictJson (text);
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

nlohmann::json countOf (double value)
{
    constexpr auto exact = 9007199254740992.0; // 2^53

    if (value == std::trunc (value) && std::abs (value) <= exact)
        return static_cast<std::int64_t> (value);

    return std::isfinite (value) ? nlohmann::json (value) : nlohmann::json();
}

} // namespace kikitori
