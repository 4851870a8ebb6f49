#include "Standalone/CommandLine/InputChannels.h"

#include "Core/FoldedText.h"

#include <algorithm>
#include <charconv>

namespace kikitori::commandline
{

Result<std::vector<int>> chooseInputs (const std::vector<std::string>& names, const std::string& wanted)
{
    const auto count = static_cast<int> (names.size());
    if (wanted.empty())
        return count > 1 ? std::vector{ 0, 1 } : std::vector{ 0 };

    int number = 0;
    const auto [end, failed] = std::from_chars (wanted.data(), wanted.data() + wanted.size(), number);
    if (failed == std::errc() && end == wanted.data() + wanted.size() && number >= 1 && number <= count)
        return std::vector{ number - 1 };

    const auto text = foldedText (wanted);
    const auto isIt = [&text] (const std::string& name) { return foldedText (name) == text; };
    const auto holdsIt = [&text] (const std::string& name)
    { return foldedText (name).find (text) != std::string::npos; };
    auto found = std::find_if (names.begin(), names.end(), isIt);
    if (found == names.end())
        found = std::find_if (names.begin(), names.end(), holdsIt);
    if (found != names.end())
        return std::vector{ static_cast<int> (found - names.begin()) };

    return Error{ "unknown_channel", "there is no input \"" + wanted + "\"; there are: " + describeInputs (names) };
}

std::string describeInputs (const std::vector<std::string>& names)
{
    constexpr std::size_t most = 16; // software devices tell of hundreds
    std::string text;
    for (std::size_t i = 0; i < std::min (names.size(), most); ++i)
        text += (i > 0 ? ", " : "") + std::to_string (i + 1) + " " + names[i];
    return text + (names.size() > most ? ", ... " + std::to_string (names.size()) : "");
}

} // namespace kikitori::commandline
