/*  The description of all REST routes (OpenAPI 3.0), as it lies in OpenApi.json.

    Threads: any.
    Failure: none.
*/
#pragma once

#include <string>

namespace kikitori::backend
{

const std::string& openApiDocument();

} // namespace kikitori::backend
