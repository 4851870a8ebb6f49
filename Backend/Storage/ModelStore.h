/*  The models that can be served: found by name, loaded on a thread of their own, shared by all streams.

    Threads: every public function from any thread; callbacks come on the loader thread. The destructor joins it.
    Failure: unknown_model with the names there are, or what RecognizerModel::load says. A model that failed is tried
    again at the next request; one that is loaded already stays in service.

    A model may be replaced while it is served: streams that run keep the one they have, new ones get the new one. The
    replacement lies below the served folder and comes before the model folder's, also after a restart, and before one
    that the user imported earlier.
*/
#pragma once

#include "Backend/Decoding/Recognizer.h"

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

namespace kikitori::backend
{

/** What serves in a model's place. */
struct Replacement
{
    std::string source;                 ///< name of the checkpoint's or model's folder
    std::string run;                    ///< of the checkpoint, which may have another name now; empty: not known
    std::filesystem::file_time_type at; ///< when it was put there
};

class ModelStore
{
public:
    using Loaded = Result<std::shared_ptr<const RecognizerModel>>;
    using Callback = std::function<void (const Loaded&)>;
    static constexpr std::size_t mostWaiting = 1000;

    /** folder: holds a folder for each model; servedFolder: holds those that replace them, empty for none. */
    ModelStore (std::filesystem::path folder, std::vector<std::string> names, std::filesystem::path servedFolder = {});
    ~ModelStore();

    /** Serves the models below this folder as well, whenever they are there; one of them hides another of its name.
       Before the first request. */
    void serveAlso (std::filesystem::path userFolder);

    ModelStore (const ModelStore&) = delete;
    ModelStore& operator= (const ModelStore&) = delete;

    /** Calls back once, with the model or why not. Loaded models are kept. */
    void request (const std::string& name, Callback callback);

    /** Puts the weights of a checkpoint or of another model into service under a model's name; calls back once. Errors:
        unknown_model, not_found, disk_full, disk_failed, or what RecognizerModel::load says, and then the model that
       was served stays. */
    void replace (const std::string& name, std::filesystem::path source, Callback callback);

    /** Puts the installed model back into service, as its folder is now; calls back once. Errors as request(), and then
        the model that was served stays. */
    void restore (const std::string& name, Callback callback);

    /** What serves in whose place, by the models' names; read from the disk. */
    std::map<std::string, Replacement> replacements() const;

    bool isLoaded (const std::string& name) const;

    /** May a stream ask for it? Also for what the user has imported meanwhile. */
    bool isServed (const std::string& name) const;

    /** The folder that serves under a model's name, read from the disk; it may not be there. */
    std::filesystem::path folderOf (const std::string& name) const;

private:
    struct Order
    {
        enum class Kind
        {
            load,
            replace,
            restore
        };

        Kind kind;
        std::string name;
        std::filesystem::path source; ///< to put into service
        Callback callback;
    };

    void add (Order order);
    void run();
    Loaded carryOut (const Order& order);
    Loaded load (const std::string& name);
    Loaded putIntoService (const std::string& name, const std::filesystem::path& source);
    Loaded putBack (const std::string& name);
    Error unknownModel (const std::string& name) const;
    std::filesystem::path importedFolderOf (const std::string& name) const;
    std::filesystem::path installedFolderOf (const std::string& name) const;

    const std::filesystem::path folder, servedFolder;
    const std::vector<std::string> names;
    std::filesystem::path importedFolder;

    mutable std::mutex mutex;
    std::condition_variable wake;
    std::deque<Order> waiting;
    std::map<std::string, std::shared_ptr<const RecognizerModel>> models;
    bool shouldEnd = false;
    std::thread thread;
};

} // namespace kikitori::backend
