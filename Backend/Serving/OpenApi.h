/*  The description of all REST routes (OpenAPI 3.0), as it lies in OpenApi.json.

    Threads: any.
    Failure: none; the tests hold the document to be JSON.
*/
#pragma once

#include <string>

namespace kikitori::backend
{

const std::string& openApiDocument();

/** The same as a page to read: one table of the routes, nothing from outside. */
const std::string& openApiPage();

} // namespace kikitori::backend
