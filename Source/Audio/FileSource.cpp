#include "Audio/FileSource.h"

#include "Audio/AudioFileReader.h"

namespace kikitori
{

namespace
{

class FileSource final : public SampleSource
{
public:
    explicit FileSource (std::unique_ptr<AudioFileReader> readerToUse) : reader (std::move (readerToUse)) {}

    double sampleRate() const override { return reader->sampleRate(); }
    int channels() const override { return reader->channels(); }
    double duration() const override { return reader->duration(); }
    Result<std::size_t> read (std::span<float> interleaved) override { return reader->read (interleaved); }

private:
    const std::unique_ptr<AudioFileReader> reader;
};

} // namespace

Result<std::unique_ptr<SampleSource>> openAudioFile (const std::filesystem::path& file)
{
    auto reader = AudioFileReader::open (file);
    if (! reader)
        return reader.error();
    return std::unique_ptr<SampleSource> (std::make_unique<FileSource> (std::move (reader).value()));
}

} // namespace kikitori
