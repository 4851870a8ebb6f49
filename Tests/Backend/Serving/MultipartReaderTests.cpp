#include "Backend/Serving/MultipartReader.h"
#include "Support/Catch.h"

#include <random>
#include <vector>

using namespace kikitori;
using namespace kikitori::backend;

namespace
{
struct Read
{
    std::vector<std::pair<MultipartPart, std::string>> parts;
    Status status = success();
    bool isComplete = false;
};

Read readIn (const std::string& body, std::size_t step, const std::string& boundary = "b")
{
    Read read;
    MultipartReader reader (
        boundary, [&read] (const auto& part) { read.parts.emplace_back (part, ""); },
        [&read] (auto bytes) { read.parts.back().second.append (bytes); });

    for (std::size_t i = 0; i < body.size() && read.status.ok(); i += step)
        read.status = reader.add (std::string_view (body).substr (i, step));

    read.isComplete = reader.isComplete();
    return read;
}

const std::string disposition = "Content-Disposition: form-data; name=";
} // namespace

TEST_CASE ("the boundary is found in the content type", "[multipart]")
{
    CHECK (multipartBoundary ("multipart/form-data; boundary=abc") == "abc");
    CHECK (multipartBoundary ("Multipart/Form-Data; charset=utf-8; Boundary=\"a b\\\"c\"") == "a b\"c");
    CHECK (multipartBoundary ("multipart/form-data").empty());
    CHECK (multipartBoundary ("application/json; boundary=x").empty());
    CHECK (multipartBoundary ("multipart/form-data; boundary=" + std::string (71, 'x')).empty());
}

TEST_CASE ("parts come out the same however the body is cut", "[multipart]")
{
    const std::string bytes = std::string ("a\r\n--bb is no boundary\r\n-") + std::string (1, '\0') + "\r\n--";
    const auto body = "preamble\r\n--b\r\n" + disposition
                      + "\"file\"; filename=\"音声 \\\"1\\\".wav\"\r\nContent-Type: x\r\n\r\n" + bytes.substr (0, 3)
                      + bytes.substr (3) + "\r\n--b  \r\n" + disposition
                      + "empty\r\n\r\n\r\n--b\r\n\r\nnameless\r\n--b--\r\nepilogue";
    // "--bb" would be the boundary "b" with something behind it: that is refused, so the sample must not hold it.
    auto good = body;
    good.replace (good.find ("--bb"), 4, "--cb");

    for (const std::size_t step : { 1u, 2u, 3u, 7u, 1000u })
    {
        INFO (step);
        const auto read = readIn (good, step);
        REQUIRE (read.status.ok());
        CHECK (read.isComplete);
        REQUIRE (read.parts.size() == 3);
        CHECK (read.parts[0].first.name == "file");
        CHECK (read.parts[0].first.fileName == "音声 \"1\".wav");
        CHECK (read.parts[0].second.size() == bytes.size());
        CHECK (read.parts[1].first.name == "empty");
        CHECK_FALSE (read.parts[1].first.fileName);
        CHECK (read.parts[1].second.empty());
        CHECK (read.parts[2].first.name.empty());
        CHECK (read.parts[2].second == "nameless");
        CHECK_FALSE (readIn (body, step).status.ok());
    }
}

TEST_CASE ("bodies that never end, have endless heads or too many parts are refused or incomplete", "[multipart]")
{
    CHECK_FALSE (readIn ("--b\r\n" + disposition + "file\r\n\r\nbytes", 5).isComplete);
    CHECK_FALSE (readIn ("", 1).isComplete);
    CHECK_FALSE (readIn ("--b\r\n" + std::string (10000, 'h'), 100).status.ok());
    CHECK_FALSE (readIn ("--b" + std::string (10000, ' '), 100).status.ok());
    std::string many;
    for (int i = 0; i < 100; ++i)
        many += "--b\r\n\r\nx\r\n";
    CHECK_FALSE (readIn (many, 100).status.ok());
}

TEST_CASE ("random bytes do no harm", "[multipart]")
{
    std::mt19937 random (1);
    const std::string letters = "-b\r\n\"; =f";

    for (int i = 0; i < 2000; ++i)
    {
        std::string body = "--b\r\n";
        for (int k = 0; k < 200; ++k)
            body += letters[random() % letters.size()];
        static_cast<void> (readIn (body, 1 + random() % 20));
    }
}
