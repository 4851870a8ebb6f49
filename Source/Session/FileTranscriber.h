/*  Transcribes audio files one after the other, as `kikitori transcribe` does: each file is decoded into a tap of its
   own and streamed like live audio, faster than real time. So a file gets words with times, works with every backend,
   and can be watched and cancelled, which an upload to /api/inference cannot.

    Threads: every function from any thread but the audio thread; none of them waits, but the destructor, which ends the
    stream at once and joins the thread that decodes, and keeps the list. The session's work happens on the transport's
   thread.
    Failure: in the job: what could not be read or transcribed and why; the words until then stay.
*/
#pragma once

#include "Audio/AudioChoice.h"
#include "Session/FileJobKeeper.h"
#include "Session/TranscriptionSession.h"

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace kikitori
{

/** The three times that the reference shows of a file. */
struct FileTimes
{
    std::optional<std::chrono::milliseconds> firstOutput; ///< from the first audio at the backend to the first words
    std::optional<std::chrono::milliseconds> inference;   ///< from the first audio to the last words
    std::optional<std::chrono::milliseconds> total;       ///< with opening, connecting and loading the model
};

struct FileJob
{
    enum class State : std::uint8_t
    {
        waiting,
        starting, ///< opening the file, connecting, loading the model
        running,
        done, ///< error then tells what is missing
        failed,
        cancelled,
        interrupted ///< the program ended before the file did
    };

    bool hasEnded() const noexcept { return state >= State::done; }
    /** Not all that the file says is there, and another try may bring it. */
    bool mayResume() const noexcept { return state > State::done; }

    int id = 0;
    std::string path;
    AudioChoice choice;
    State state = State::waiting;
    std::vector<AudioTrack> tracks; ///< empty before it was opened
    int track = 0;                  ///< the one that is transcribed, from 1
    RecordingNotes notes;
    double seconds = 0.0;   ///< of audio, as the file says; 0 = it does not say
    double processed = 0.0; ///< seconds that the backend has looked at
    FileTimes times;
    std::string model;                                    ///< as the backend names it
    std::shared_ptr<const TranscriptSnapshot> transcript; ///< null before the first words
    std::optional<Error> error;
};

class FileTranscriber
{
public:
    static constexpr std::size_t mostJobs = 1000;
    /** A backend that is away for longer fails the file, and the next one has its turn. */
    static constexpr std::chrono::minutes giveUpAfter{ 5 };
    /** Nobody waits for the words of a recording: the model may hear far ahead, and errs less. Backends take the longest
        chunk that the model has. */
    static constexpr int chunkMs = 2560;

    /** keeper: null, or where the list outlives the program. */
    FileTranscriber (std::shared_ptr<Transport> transport,
                     std::shared_ptr<BackendLocator> locator,
                     std::unique_ptr<FileJobKeeper> keeper = nullptr);
    ~FileTranscriber();

    FileTranscriber (const FileTranscriber&) = delete;
    FileTranscriber& operator= (const FileTranscriber&) = delete;

    /** "*.wav;*.WAV;*.flac;...": of files to choose from, for dialogs that tell capitals apart. What can be read is
        told by their content alone. */
    static std::string filePatterns();

    /** Brings back what the keeper has of an earlier run; soon, and once. The first add() does it too. */
    void open();

    /** Queues a file. Gives the job's number, 0 when mostJobs wait already. */
    int add (std::string path, SessionConfig config);

    /** Ends a job that runs or waits; its words stay. */
    void cancel (int job);
    /** Takes an ended job off the list. */
    void remove (int job);
    /** Queues a job again that was cancelled, interrupted or failed. */
    void resume (int job, SessionConfig config);
    /** Queues an ended job again with another track or channel. Its words go. */
    void choose (int job, AudioChoice choice, SessionConfig config);

    std::vector<FileJob> jobs() const;
    /** Grows with every change of jobs(). */
    std::uint64_t version() const;

    /** As TranscriptionSession's: a file's stream holds polls off as a live one does. */
    std::function<LifecycleState()> lifecycleReader() const { return session.lifecycleReader(); }
    void setTrainingListener (TranscriptionSession::TrainingListener listener)
    {
        session.setTrainingListener (std::move (listener));
    }

private:
    struct Order
    {
        int id = 0;
        std::string path;
        AudioChoice choice;
        SessionConfig config;
    };
    class Run;

    void work();
    void restore();
    void keep();
    void begin();
    void queue (const FileJob& job, SessionConfig config);
    void queueAgain (FileJob& job, AudioChoice choice, SessionConfig config);
    bool isCancelled (int job) const;
    bool isEnding() const;
    void change (int job, const std::function<void (FileJob&)>& edit);
    /** A moment, or less when something is cancelled. */
    void nap() const;

    AudioTap tap;
    TranscriptionSession session;
    const std::unique_ptr<FileJobKeeper> keeper;
    std::uint64_t kept = 0; ///< the steps that the keeper has; on the thread that decodes
    mutable std::mutex mutex;
    mutable std::condition_variable wake;
    // Under the mutex:
    std::vector<FileJob> list;
    std::vector<Order> waiting;
    std::vector<int> cancelled;
    int nextId = 1;
    std::uint64_t changes = 0;
    std::uint64_t steps = 0; ///< changes that are more than progress
    bool shouldEnd = false;
    std::thread thread; ///< begins with open() or the first job
};

} // namespace kikitori
