#include "Backend/Inference/FileTranscription.h"

#include <algorithm>
#include <cmath>

namespace kikitori::backend
{

namespace
{
/** The message with the client's name of the file instead of ours. */
Error withName (Error error, const std::filesystem::path& ours, const std::string& shown)
{
    for (const auto& text : { ours.string(), ours.filename().string() })
        for (std::size_t at;
             (at = error.message.find (text)) != std::string::npos && shown.find (text) == std::string::npos;)
            error.message.replace (at, text.size(), shown);

    error.code = "unreadable_audio";
    return error;
}
} // namespace

Result<std::unique_ptr<FileTranscription>> FileTranscription::open (const std::filesystem::path& file,
                                                                    const std::string& shownName,
                                                                    std::shared_ptr<const RecognizerModel> model,
                                                                    AudioFileReader::StopCheck shouldStop)
{
    auto reader = AudioFileReader::open (file, std::move (shouldStop));

    if (! reader)
        return withName (reader.error(), file, shownName);

    RecognizerStreamOptions options;
    options.sampleRate = static_cast<int> (std::lround (reader.value()->sampleRate()));
    const auto language = model->card().language;
    auto stream = RecognizerStream::create (std::move (model), options);

    if (! stream)
        return stream.error();

    std::unique_ptr<FileTranscription> opened (new FileTranscription);
    opened->reader = std::move (reader).value();
    opened->stream = std::move (stream).value();
    opened->path = file;
    opened->name = shownName;
    opened->separator = language == "ja" ? "" : " ";
    opened->samples.resize (static_cast<std::size_t> (options.sampleRate));
    return opened;
}

Result<bool> FileTranscription::advance()
{
    const auto read = reader->read (samples);

    if (! read)
        return withName (read.error(), path, name);

    std::vector<RecognizerEvent> events;

    if (read.value() > 0)
        stream->push (std::span (samples).first (read.value()), events);
    else
        stream->flush (events);

    frames += read.value();
    take (events);
    return read.value() > 0;
}

void FileTranscription::take (const std::vector<RecognizerEvent>& events)
{
    for (const auto& event : events)
    {
        heardWords = heardWords || ! event.text.empty();

        if (event.kind == RecognizerEvent::Kind::final && ! event.text.empty())
            segments.push_back ({ event.text, static_cast<double> (event.start) / reader->sampleRate(),
                                  static_cast<double> (event.end) / reader->sampleRate(), event.tokens });
    }
}

std::optional<double> FileTranscription::progress() const
{
    const auto whole = reader->duration();
    return whole > 0.0 ? std::optional (std::clamp (seconds() / whole, 0.0, 1.0)) : std::nullopt;
}

InferenceResult FileTranscription::result() const
{
    InferenceResult result;
    result.segments = segments;
    result.sampleRate = reader->sampleRate();
    result.audioSeconds = seconds();

    for (const auto& segment : segments)
        result.transcription += (result.transcription.empty() ? "" : separator) + segment.text;

    return result;
}

} // namespace kikitori::backend
