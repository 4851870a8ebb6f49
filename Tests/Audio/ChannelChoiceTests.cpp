#include "Audio/ChannelChoice.h"
#include "Support/Catch.h"

using namespace kikitori;

TEST_CASE ("every channel choice survives its text form", "[channel]")
{
    using Kind = ChannelChoice::Kind;

    for (const auto choice :
         { ChannelChoice{ Kind::left, 0 }, ChannelChoice{ Kind::right, 0 }, ChannelChoice{ Kind::mid, 0 },
           ChannelChoice{ Kind::mix, 0 }, ChannelChoice{ Kind::numbered, 0 }, ChannelChoice{ Kind::numbered, 255 } })
        CHECK (channelChoiceFromString (toString (choice)) == choice);
}

TEST_CASE ("text that names no channel is refused", "[channel]")
{
    for (const auto* text : { "", "0", "257", "-1", "Left", "1x", " 1", "99999999999999999999" })
        CHECK_FALSE (channelChoiceFromString (text));
}
