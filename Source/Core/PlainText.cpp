#include "Core/PlainText.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace kikitori
{

namespace
{
std::string written (double value, std::chars_format format, int digits)
{
    std::array<char, 384> text{}; // the longest double has 309 digits before its point
    const auto end = std::to_chars (text.data(), text.data() + text.size(), value, format, digits);
    return { text.data(), end.ptr };
}
} // namespace

std::string decimalText (double value, int digits)
{
    return std::isfinite (value) ? written (value, std::chars_format::fixed, digits) : "0";
}

std::string shortText (double value, int digits)
{
    return std::isfinite (value) ? written (value, std::chars_format::general, digits) : "0";
}

std::optional<double> numberFrom (std::string_view text)
{
    double number = 0.0;
    const auto* end = text.data() + text.size();
    const auto read = std::from_chars (text.data(), end, number);
    return read.ec == std::errc() && read.ptr == end && std::isfinite (number) ? std::optional (number) : std::nullopt;
}

std::string asciiLower (std::string text)
{
    std::transform (text.begin(), text.end(), text.begin(), [] (char c) { return asciiLower (c); });
    return text;
}

} // namespace kikitori
