/*  The routes of data sets: the list, one with its statistics, the user's own folders, fetching and its progress.

    Threads: the disk thread; progress() and cancel() the I/O thread.
    Failure: 400 a name that config.yaml has not, no source, or a folder without recordings; 500 the disk; 403 folders of this machine
    are not for clients; 404 nothing runs; 409 another is fetched; 422.
*/
#pragma once

#include "Backend/Datasets/DatasetLibrary.h"
#include "Backend/Serving/Rest.h"

namespace kikitori::backend
{

class DatasetRoutes
{
public:
    /** takesFolders: BackendConfig. */
    DatasetRoutes (DatasetLibrary& library, bool takesFolders);

    RestReply list() const;                            ///< GET /api/datasets
    RestReply show (const RestRequest& request) const; ///< GET /api/datasets/{dataset_name}
    RestReply add (const RestRequest& request);      ///< POST /api/datasets: a folder of this machine, measured at once
    RestReply remove (const RestRequest& request);   ///< DELETE /api/datasets/{dataset_name}: one that was added
    RestReply download (const RestRequest& request); ///< POST /api/dataset/download
    RestReply progress() const;                      ///< GET /api/dataset/download
    RestReply cancel();                              ///< DELETE /api/dataset/download

    /** Before a training: measures a folder that was not. Null when there is nothing left to measure, else why not. */
    std::optional<RestReply> measureFirst (const std::string& name);

private:
    RestReply refuseFolders() const;

    DatasetLibrary& library;
    const bool takesFolders;
};

} // namespace kikitori::backend
