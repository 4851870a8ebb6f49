/*  Reads the backend's answers about models, checkpoints and data sets.

    Threads: pure functions.
    Failure: an answer that is no JSON object is bad_answer and changes nothing; odd fields are left out. A 404 or 405
    means that the backend does not serve the route: nothing is listed.
*/
#pragma once

#include "Catalog/CatalogView.h"
#include "Network/Transport.h"

namespace kikitori
{

/** GET /api/config: what can be trained, and the cards of installed models. */
Status readConfig (const std::string& body, CatalogLists& lists);

/** GET /api/models and GET /api/checkpoints; what both name is one entry. */
Status readModels (const std::string& body, CatalogLists& lists);
Status readCheckpoints (const std::string& body, CatalogLists& lists);

/** GET /api/datasets. */
Status readDatasets (const std::string& body, CatalogLists& lists);

/** GET /healthz. */
Status readHealth (const std::string& body, CatalogLists& lists);

/** POST /api/models/NAME/use: the name under which it serves now; empty where the answer has none. */
std::string servedModel (const std::string& body);

/** GET /api/dataset/download: the job under way; false when the backend knows none. */
Result<bool> readDatasetProgress (const std::string& body, CatalogTask& task);

/** What an answer that is not a success says: {"detail": string or array}. what: "delete the model". */
Error catalogRefusal (const std::string& what, const HttpResponse& response);

/** The body of POST /api/dataset/download. */
std::string datasetOrder (const std::string& name, bool again = false);

/** The body of POST /api/datasets, and the name that its answer gives the folder; empty where there is none. */
std::string folderOrder (const std::string& path);
std::string addedDataset (const std::string& body);

/** For a path or a query. */
std::string percentEncoded (const std::string& text);

} // namespace kikitori
