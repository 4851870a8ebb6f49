#include "Backend/Training/Vocabulary.h"
#include "Support/Catch.h"

using namespace kikitori::backend;

TEST_CASE ("texts are brought to lower case, single spaces and straight apostrophes", "[training]")
{
    CHECK (normaliseText ("  We’ll HAVE\tto—watch,  our \"chances\"! ") == "we'll have to watch our chances");
    CHECK (normaliseText ("...") == "");
    CHECK (normaliseText ("\xc3\x89TE\xcc\x81") == "\xc3\xa9t\xc3\xa9"); // É, and E with an accent of its own
    CHECK (normaliseText ("\xce\x9f\xce\x94\xce\x9f\xce\xa3") == "\xce\xbf\xce\xb4\xce\xbf\xcf\x82"); // ΟΔΟΣ
    CHECK (normaliseText ("\xe3\x81\x8b\xe3\x82\x99") == "\xe3\x81\x8c"); // か and a mark: が
    CHECK (normaliseText ("ちょうめ。") == "ちょうめ");
}

TEST_CASE ("the English vocabulary has the ids of the model contract", "[training]")
{
    const auto english = Vocabulary::english();
    CHECK (english.tokens().size() == 29);
    const auto ids = english.encode ("a 'z");
    REQUIRE (ids.ok());
    CHECK (ids.value() == std::vector<int>{ 3, 1, 2, 28 });
}

TEST_CASE ("characters that the vocabulary lacks are named", "[training]")
{
    const auto ids = Vocabulary::english().encode ("année 2");
    REQUIRE_FALSE (ids.ok());
    CHECK (ids.error().code == "unknown_characters");
    CHECK (ids.error().message == "2 é");
}

TEST_CASE ("a vocabulary of texts holds each character once, after blank and space", "[training]")
{
    const auto vocabulary = Vocabulary::ofTexts ({ "かた", "た か" });
    CHECK (vocabulary.tokens() == std::vector<std::string>{ "<blank>", " ", "か", "た" });
}
