#include "Audio/ChannelChoice.h"

#include <charconv>

namespace kikitori
{

std::string toString (ChannelChoice choice)
{
    switch (choice.kind)
    {
        case ChannelChoice::Kind::left: return "left";
        case ChannelChoice::Kind::right: return "right";
        case ChannelChoice::Kind::mid: return "mid";
        case ChannelChoice::Kind::mix: return "mix";
        case ChannelChoice::Kind::numbered: return std::to_string (choice.number + 1);
    }

    return "mix";
}

std::optional<ChannelChoice> channelChoiceFromString (std::string_view text)
{
    using Kind = ChannelChoice::Kind;

    for (const auto kind : { Kind::left, Kind::right, Kind::mid, Kind::mix })
        if (text == toString (ChannelChoice{ kind, 0 }))
            return ChannelChoice{ kind, 0 };

    int number = 0;
    const auto [end, error] = std::from_chars (text.data(), text.data() + text.size(), number);

    if (error != std::errc() || end != text.data() + text.size() || number < 1 || number > 256)
        return std::nullopt;

    return ChannelChoice{ Kind::numbered, static_cast<std::uint8_t> (number - 1) };
}

} // namespace kikitori
