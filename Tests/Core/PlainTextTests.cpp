#include "Core/PlainText.h"

#include "Support/ForeignLocale.h"

#include <limits>

using namespace kikitori;
using kikitori::testing::ForeignLocale;

TEST_CASE ("numbers have a point and letters their small form, whatever the locale")
{
    for (const auto* name : { "de_DE", "ja_JP", "tr_TR" })
    {
        const ForeignLocale locale (name);
        if (! locale.isThere())
            continue;
        CAPTURE (name);
        CHECK (decimalText (1234567.25, 3) == "1234567.250");
        CHECK (decimalText (-0.04, 1) == "-0.0");
        CHECK (shortText (0.00030000000000000003, 6) == "0.0003");
        CHECK (numberFrom ("1.5") == 1.5);
        CHECK_FALSE (numberFrom ("1,5"));
        CHECK (asciiLower (std::string ("WIKI é")) == "wiki é");
    }
}

TEST_CASE ("what is no number is none")
{
    for (const auto* text : { "", "nan", "inf", "1e999", "1.5s", " 1" })
        CHECK_FALSE (numberFrom (text));
    CHECK (numberFrom ("-2e3") == -2000.0);
    CHECK (decimalText (std::numeric_limits<double>::quiet_NaN(), 3) == "0");
    CHECK (shortText (std::numeric_limits<double>::infinity(), 3) == "0");
    CHECK (decimalText (std::numeric_limits<double>::max(), 3).size() == 313);
}
