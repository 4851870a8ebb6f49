/*  Reading JSON from outside without exceptions and without trusting it.

    Threads: pure functions.
    Failure: parseJson() gives an Error; the accessors give a default or nullopt where a value is missing or of the
    wrong kind.
*/
#pragma once

#include "Core/Result.h"

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace kikitori
{

/** Deeper nesting than any message needs; parsers recurse, so the depth is bounded before parsing. */
inline constexpr int deepestJson = 64;

/** Parses strict JSON, but for what Python's json writes: bare NaN, Infinity and -Infinity outside strings become null,
    half a surrogate pair becomes U+FFFD. Errors: invalid_json, too_large. */
Result<nlohmann::json> parseJson (std::string_view text);

/** A number, also as a numeric string where the reference accepts one; never infinite. */
std::optional<double> numberAt (const nlohmann::json& object, const char* key);
std::optional<std::int64_t> integerAt (const nlohmann::json& object, const char* key);
std::string stringAt (const nlohmann::json& object, const char* key, std::string fallback = {});
bool boolAt (const nlohmann::json& object, const char* key, bool fallback);

/** An integer where the value is one, as counts are written; null where it is not finite. */
nlohmann::json countOf (double value);

} // namespace kikitori
