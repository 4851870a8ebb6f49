#include "Audio/FileSource.h"

#include "Audio/AudioFileReader.h"

#include <atomic>

namespace kikitori
{

namespace
{

class FileSource final : public SampleSource
{
public:
    using Flag = std::shared_ptr<std::atomic<bool>>;

    explicit FileSource (std::unique_ptr<AudioFileReader> readerToUse, Flag cancelledToUse = nullptr)
        : reader (std::move (readerToUse)), cancelled (std::move (cancelledToUse))
    {
    }

    double sampleRate() const override { return reader->sampleRate(); }
    int channels() const override { return reader->channels(); }
    double duration() const override { return reader->duration(); }
    Result<std::size_t> read (std::span<float> interleaved) override { return reader->read (interleaved); }
    std::optional<Error> missing() const override { return reader->missing(); }
    void cancel() override
    {
        if (cancelled != nullptr)
            *cancelled = true;
    }

private:
    const std::unique_ptr<AudioFileReader> reader;
    const Flag cancelled; ///< null: a file never waits
};

} // namespace

Result<std::unique_ptr<SampleSource>> openAudioFile (const std::filesystem::path& file)
{
    auto reader = AudioFileReader::open (file);
    if (! reader)
        return reader.error();
    return std::unique_ptr<SampleSource> (std::make_unique<FileSource> (std::move (reader).value()));
}

Result<std::unique_ptr<SampleSource>> openAudioPipe (PipeReader pipe, const std::string& name)
{
    auto cancelled = std::make_shared<std::atomic<bool>> (false);
    auto reader = AudioFileReader::open (
        [pipe = std::move (pipe), cancelled] (std::span<char> bytes)
        { return pipe (bytes, [&cancelled] { return cancelled->load(); }); },
        name);
    if (! reader)
        return reader.error();
    return std::unique_ptr<SampleSource> (
        std::make_unique<FileSource> (std::move (reader).value(), std::move (cancelled)));
}

} // namespace kikitori
