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

    FileSource (std::unique_ptr<AudioFileReader> readerToUse, Flag cancelledToUse)
        : reader (std::move (readerToUse)), cancelled (std::move (cancelledToUse))
    {
    }

    double sampleRate() const override { return reader->sampleRate(); }
    int channels() const override { return reader->channels(); }
    double duration() const override { return reader->duration(); }
    Result<std::size_t> read (std::span<float> interleaved) override
    {
        auto frames = reader->read (interleaved);
        return *cancelled ? Result<std::size_t> (std::size_t{ 0 }) : frames;
    }
    bool isHole() const override { return reader->isHole(); }
    std::optional<Error> missing() const override { return reader->missing(); }
    void cancel() override { *cancelled = true; }

private:
    const std::unique_ptr<AudioFileReader> reader;
    const Flag cancelled;
};

} // namespace

Result<std::unique_ptr<SampleSource>> openAudioFile (const std::filesystem::path& file,
                                                     std::function<bool()> isCancelled)
{
    auto opening = std::make_shared<std::atomic<bool>> (true), cancelled = std::make_shared<std::atomic<bool>> (false);
    auto reader = AudioFileReader::open (file, [isCancelled = std::move (isCancelled), opening, cancelled]
                                         { return *cancelled || (*opening && isCancelled && isCancelled()); });
    if (! reader)
        return reader.error();
    *opening = false;
    return std::unique_ptr<SampleSource> (
        std::make_unique<FileSource> (std::move (reader).value(), std::move (cancelled)));
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
