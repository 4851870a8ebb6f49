/*  One audio file through one stream of the recogniser, piece by piece.

    Threads: one at a time.
    Failure: unreadable_audio, with the name that the client gave the file.
*/
#pragma once

#include "Audio/AudioFileReader.h"
#include "Backend/Inference/FileInference.h"

namespace kikitori::backend
{

class FileTranscription
{
public:
    /** shouldStop: asked whenever the file is read, also in advance(). */
    static Result<std::unique_ptr<FileTranscription>> open (const std::filesystem::path& file,
                                                            const std::string& shownName,
                                                            std::shared_ptr<const RecognizerModel> model,
                                                            AudioFileReader::StopCheck shouldStop);

    /** Takes the next second or so; false: that was the last. */
    Result<bool> advance();

    bool hasWords() const noexcept { return heardWords; }
    double seconds() const noexcept { return static_cast<double> (frames) / reader->sampleRate(); }
    std::optional<double> progress() const; ///< 0..1, none where the file does not say how long it is

    /** After the last advance(); times of the work are the caller's. */
    InferenceResult result() const;

private:
    FileTranscription() = default;
    void take (const std::vector<RecognizerEvent>& events);

    std::unique_ptr<AudioFileReader> reader;
    std::unique_ptr<RecognizerStream> stream;
    std::filesystem::path path; ///< never told: the messages have the client's name
    std::string name, separator;
    std::vector<float> samples; ///< of a second
    std::vector<InferenceSegment> segments;
    std::uint64_t frames = 0;
    bool heardWords = false;
};

} // namespace kikitori::backend
