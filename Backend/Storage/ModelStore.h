/*  The models that can be served: found by name, loaded on a thread of their own, shared by all streams.

    Threads: every public function from any thread; callbacks come on the loader thread. The destructor joins it.
    Failure: unknown_model with the names there are, or what RecognizerModel::load says. A model that failed is tried
    again at the next request; one that is loaded already stays in service.
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

class ModelStore
{
public:
    using Loaded = Result<std::shared_ptr<const RecognizerModel>>;
    using Callback = std::function<void (const Loaded&)>;
    static constexpr std::size_t mostWaiting = 1000;

    ModelStore (std::filesystem::path folder, std::vector<std::string> names);
    ~ModelStore();

    ModelStore (const ModelStore&) = delete;
    ModelStore& operator= (const ModelStore&) = delete;

    /** Calls back once, with the model or why not. Loaded models are kept. */
    void request (const std::string& name, Callback callback);

    bool isLoaded (const std::string& name) const;

private:
    void run();
    Loaded load (const std::string& name);

    const std::filesystem::path folder;
    const std::vector<std::string> names;

    mutable std::mutex mutex;
    std::condition_variable wake;
    std::deque<std::pair<std::string, Callback>> waiting;
    std::map<std::string, std::shared_ptr<const RecognizerModel>> models;
    bool shouldEnd = false;
    std::thread thread;
};

} // namespace kikitori::backend
