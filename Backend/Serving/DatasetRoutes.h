/*  The routes of data sets: the list, one with its statistics, fetching and its progress.

    Threads: the I/O thread.
    Failure: 400 a name that config.yaml has not, or no source; 404 nothing runs; 409 another is fetched; 422.
*/
#pragma once

#include "Backend/Datasets/DatasetLibrary.h"
#include "Backend/Serving/Rest.h"

namespace kikitori::backend
{

class DatasetRoutes
{
public:
    explicit DatasetRoutes (DatasetLibrary& library);

    RestReply list() const;                            ///< GET /api/datasets
    RestReply show (const RestRequest& request) const; ///< GET /api/datasets/{dataset_name}
    RestReply download (const RestRequest& request);   ///< POST /api/dataset/download
    RestReply progress() const;                        ///< GET /api/dataset/download
    RestReply cancel();                                ///< DELETE /api/dataset/download

private:
    DatasetLibrary& library;
};

} // namespace kikitori::backend
