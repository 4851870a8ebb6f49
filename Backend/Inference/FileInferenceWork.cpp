// One job of file inference, on the worker's thread.
#include "Backend/Inference/FileInferenceJob.h"
#include "Backend/Inference/FileTranscription.h"
#include "Core/Guarded.h"

namespace kikitori::backend
{

using Phase = InferenceState::Phase;
using Clock = std::chrono::steady_clock;

namespace
{
double millisecondsSince (Clock::time_point begin)
{
    return std::chrono::duration<double, std::milli> (Clock::now() - begin).count();
}
} // namespace

std::optional<Error> FileInference::mustEnd (const Job& job) const
{
    if (job.isCancelled || shouldEnd)
        return Error{ "cancelled", "The job was cancelled." };
    if (Clock::now() - job.begun > limits.computeTime)
        return Error{ "timeout", "The job took longer than " + std::to_string (limits.computeTime.count()) + " s." };

    return std::nullopt;
}

void FileInference::update (const std::function<void()>& change)
{
    const std::lock_guard lock (mutex);
    change();
}

void FileInference::work (Job& job)
{
    job.begun = Clock::now();
    auto result = guarded ("inference",
                           [&]() -> Result<InferenceResult>
                           {
                               auto model = loadModel (job);
                               update ([&job] { job.state.phase = Phase::running; });

                               if (! model)
                                   return model.error();

                               return transcribe (job, std::move (model).value());
                           });
    std::error_code ignored;
    std::filesystem::remove (job.request.file, ignored);

    InferenceState told;
    update (
        [&]
        {
            auto& state = job.state;

            if (result)
            {
                result.value().totalMs = millisecondsSince (job.submitted);
                state.result = std::move (result).value();
                state.progress = 1.0;
                state.phase = Phase::done;
            }
            else
            {
                state.error = result.error();
                state.phase = state.error->code == "cancelled" ? Phase::cancelled : Phase::failed;
            }

            told = state;
            forgetOldest();
        });

    if (job.done)
        job.done (told);
}

Result<std::shared_ptr<const RecognizerModel>> FileInference::loadModel (Job& job)
{
    if (auto end = mustEnd (job))
        return *end;
    if (! job.request.checkpoint.empty())
        return RecognizerModel::load (job.request.checkpoint);

    struct Waiting
    {
        std::mutex mutex;
        std::condition_variable wake;
        std::optional<ModelStore::Loaded> loaded;
    };
    const auto waiting = std::make_shared<Waiting>();
    models.request (job.request.model,
                    [waiting] (const ModelStore::Loaded& loaded)
                    {
                        const std::lock_guard lock (waiting->mutex);
                        waiting->loaded = loaded;
                        waiting->wake.notify_one();
                    });

    std::unique_lock lock (waiting->mutex);

    while (
        ! waiting->wake.wait_for (lock, std::chrono::milliseconds (100), [&] { return waiting->loaded.has_value(); }))
        if (auto end = mustEnd (job))
            return *end;

    return *waiting->loaded;
}

Result<InferenceResult> FileInference::transcribe (Job& job, std::shared_ptr<const RecognizerModel> model)
{
    const auto began = Clock::now();
    auto transcription = FileTranscription::open (job.request.file, job.request.fileName, std::move (model),
                                                  [this, &job] { return mustEnd (job).has_value(); });

    if (! transcription)
        return mustEnd (job).value_or (transcription.error());

    auto& file = *transcription.value();
    auto firstTokenMs = -1.0;

    for (;;)
    {
        if (auto end = mustEnd (job))
            return *end;

        const auto more = file.advance();

        if (! more)
            return mustEnd (job).value_or (more.error());
        if (file.seconds() > limits.audioSeconds)
            return Error{ "too_long", "The file is longer than "
                                          + std::to_string (static_cast<int> (limits.audioSeconds)) + " s of audio." };
        if (firstTokenMs < 0.0 && file.hasWords())
            firstTokenMs = millisecondsSince (job.begun);

        update (
            [&]
            {
                job.state.processedSeconds = file.seconds();
                job.state.progress = file.progress();
            });

        if (! more.value())
            break;
    }

    auto result = file.result();
    result.inferenceMs = millisecondsSince (began);
    result.firstTokenMs = firstTokenMs >= 0.0 ? firstTokenMs : millisecondsSince (job.begun);
    return result;
}

} // namespace kikitori::backend
