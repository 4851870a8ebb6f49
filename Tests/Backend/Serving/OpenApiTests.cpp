#include "Backend/Serving/OpenApi.h"
#include "RestScene.h"

#include <set>

using namespace kikitori::backend;
using nlohmann::json;

namespace
{
json document() { return json::parse (openApiDocument()); }

std::set<std::string> described()
{
    std::set<std::string> routes;
    const auto whole = document();

    for (const auto& [path, methods] : whole["paths"].items())
        for (const auto& [method, operation] : methods.items())
        {
            std::string upper;
            for (const auto c : method)
                upper += static_cast<char> (std::toupper (static_cast<unsigned char> (c)));
            routes.insert (upper + " " + path);
        }

    return routes;
}

/** All references in the document lead somewhere. */
void checkReferences (const json& part, const json& whole)
{
    if (part.is_object() && part.contains ("$ref"))
    {
        const auto target = part["$ref"].get<std::string>();
        INFO (target);
        REQUIRE (target.starts_with ("#/"));
        CHECK (whole.contains (json::json_pointer (target.substr (1))));
    }

    if (part.is_structured())
        for (const auto& one : part)
            checkReferences (one, whole);
}
} // namespace

TEST_CASE ("every served route is described, and every described route is served", "[rest][openapi]")
{
    std::set<std::string> served;

    for (const auto& [method, path] : RestApi::routes())
        served.insert (method + " " + path);

    CHECK (served == described());
    checkReferences (document(), document());
    RestScene scene;
    CHECK (scene.askJson ("GET", "/openapi.json").second == document());
}

TEST_CASE ("the page lists every route and takes nothing from outside", "[rest][openapi]")
{
    RestScene scene;
    const auto page = scene.ask ("GET", "/docs");
    CHECK (page.status == 200);
    CHECK (page.contentType == "text/html; charset=utf-8");

    for (const auto& [method, path] : RestApi::routes())
        CHECK (page.body.find ("<code>" + path + "</code>") != std::string::npos);

    for (const auto* outside : { "http:", "https:", "//", "<script", "<img", "<link" })
        CHECK (page.body.find (outside) == std::string::npos);
}

TEST_CASE ("each open part of a path is described as a parameter, each operation has a good answer", "[rest][openapi]")
{
    const auto whole = document();

    for (const auto& [path, methods] : whole["paths"].items())
        for (const auto& [method, operation] : methods.items())
        {
            INFO (method << " " << path);
            const auto& responses = operation["responses"];
            CHECK ((responses.contains ("200") || responses.contains ("202")));
            std::set<std::string> named;

            const auto parameters = operation.value ("parameters", json::array());

            for (const auto& parameter : parameters)
                if (parameter["in"] == "path")
                    named.insert ("{" + parameter["name"].get<std::string>() + "}");

            std::set<std::string> open;

            if (const auto at = path.find ('{'); at != std::string::npos)
                open.insert (path.substr (at, path.find ('}') - at + 1));

            CHECK (named == open);
        }
}

TEST_CASE ("a route that is not there is 404, another method of one that is there 405", "[rest][openapi]")
{
    RestScene scene;

    for (const auto& [method, path] : RestApi::routes())
    {
        INFO (path);
        CHECK (scene.ask ("PATCH", path).status == 405);
        CHECK (scene.ask (method, path + "/more/of/it").status == 404);
    }
}
