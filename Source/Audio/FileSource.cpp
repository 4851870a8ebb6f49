#include "Audio/FileSource.h"

#include "Audio/AudioFileReader.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>

namespace kikitori
{

namespace
{

constexpr float silentBelow = 0.001f; ///< -60 dB

bool hasSound (std::span<const float> samples)
{
    return std::any_of (samples.begin(), samples.end(), [] (float sample) { return std::abs (sample) >= silentBelow; });
}

bool hasSound (AudioFileReader& reader)
{
    std::array<float, 4096> samples{};
    for (;;)
    {
        const auto count = reader.read (samples);
        if (! count || count.value() == 0)
            return false;
        if (hasSound (std::span (samples).first (count.value())))
            return true;
    }
}

class FileSource final : public RecordingSource
{
public:
    using Flag = std::shared_ptr<std::atomic<bool>>;

    /** file: empty for a pipe, which cannot be read twice. */
    FileSource (std::unique_ptr<AudioFileReader> readerToUse, Flag cancelledToUse, std::filesystem::path file)
        : reader (std::move (readerToUse)), cancelled (std::move (cancelledToUse)), path (std::move (file))
    {
    }

    double sampleRate() const override { return reader->sampleRate(); }
    int channels() const override { return 1; }
    double duration() const override { return reader->duration(); }
    const std::vector<AudioTrack>& tracks() const override { return reader->tracks(); }
    int track() const override { return reader->track(); }
    Result<std::size_t> read (std::span<float> samples) override
    {
        auto count = reader->read (samples);
        isSilent = isSilent && ! (count && hasSound (samples.first (count.value())));
        return *cancelled ? Result<std::size_t> (std::size_t{ 0 }) : count;
    }
    bool isHole() const override { return reader->isHole(); }
    std::optional<Error> missing() const override { return reader->missing(); }
    RecordingNotes notes() const override
    {
        return { ! isSilent && reader->channelsCancelled(), isSilent && ! path.empty() ? soundingTrack() : 0 };
    }
    void cancel() override { *cancelled = true; }

private:
    int soundingTrack() const
    {
        for (int other = 1; other <= std::ssize (tracks()); ++other)
        {
            if (other == track())
                continue;
            auto opened = AudioFileReader::open (path, [flag = cancelled] { return flag->load(); }, { other, {} });
            if (opened && hasSound (*opened.value()))
                return other;
        }
        return 0;
    }

    const std::unique_ptr<AudioFileReader> reader;
    const Flag cancelled;
    const std::filesystem::path path;
    bool isSilent = true;
};

} // namespace

Result<std::unique_ptr<RecordingSource>> openAudioFile (const std::filesystem::path& file,
                                                        std::function<bool()> isCancelled,
                                                        AudioChoice choice)
{
    auto opening = std::make_shared<std::atomic<bool>> (true), cancelled = std::make_shared<std::atomic<bool>> (false);
    auto reader = AudioFileReader::open (
        file,
        [isCancelled = std::move (isCancelled), opening, cancelled]
        { return *cancelled || (*opening && isCancelled && isCancelled()); },
        choice);
    if (! reader)
        return reader.error();
    *opening = false;

    std::error_code failed;
    const bool canBeReadTwice = std::filesystem::is_regular_file (file, failed);
    return std::unique_ptr<RecordingSource> (std::make_unique<FileSource> (
        std::move (reader).value(), std::move (cancelled), canBeReadTwice ? file : std::filesystem::path()));
}

Result<std::unique_ptr<RecordingSource>> openAudioPipe (PipeReader pipe, const std::string& name, AudioChoice choice)
{
    auto cancelled = std::make_shared<std::atomic<bool>> (false);
    auto reader = AudioFileReader::open (
        [pipe = std::move (pipe), cancelled] (std::span<char> bytes)
        { return pipe (bytes, [&cancelled] { return cancelled->load(); }); },
        name, choice);
    if (! reader)
        return reader.error();
    return std::unique_ptr<RecordingSource> (
        std::make_unique<FileSource> (std::move (reader).value(), std::move (cancelled), std::filesystem::path()));
}

} // namespace kikitori
