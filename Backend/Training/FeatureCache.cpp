#include "Backend/Training/FeatureCache.h"

#include "Audio/AudioFileReader.h"
#include "Backend/Datasets/SoundCheck.h"
#include "Backend/Decoding/ModelRateResampler.h"
#include "Backend/Model/ModelConfig.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmath>
#include <fstream>

namespace kikitori::backend
{

namespace
{
constexpr std::uint64_t layoutVersion = 5; // counts up when features or file change
constexpr double quietLogMel = -16.0;      // mean of a frame of digital silence is -16.6

void mix (std::uint64_t& hash, std::string_view bytes)
{
    for (const auto byte : bytes)
        hash = (hash ^ static_cast<unsigned char> (byte)) * 0x100000001b3ull; // FNV-1a
}

/** A key of the recordings: their paths, sizes and times. */
std::string keyOf (const std::vector<Utterance>& utterances)
{
    std::uint64_t hash = 0xcbf29ce484222325ull + layoutVersion;

    for (const auto& utterance : utterances)
    {
        struct stat facts
        {
        };

        if (::stat (utterance.audio.c_str(), &facts) != 0)
            facts = {};

        mix (hash, utterance.audio.string());
        mix (hash, std::to_string (facts.st_size) + "," + std::to_string (facts.st_mtime) + ";");
    }

    char text[17];
    std::snprintf (text, sizeof (text), "%016llx", static_cast<unsigned long long> (hash));
    return std::string (text);
}

Error diskFailed (const std::filesystem::path& file)
{
    return { "disk_failed", file.string() + " cannot be written; check the free space and the rights of the folder" };
}

/** Writes FILE.features (frames) and then FILE.entries; the second one's presence says that both are whole. */
Status build (const std::filesystem::path& base,
              const std::vector<Utterance>& utterances,
              const FeatureCache::Progress& progress)
{
    const auto frameFile = base.string() + ".features";
    const auto ofThisProcess = ".partial." + std::to_string (::getpid()); // those of a group make it at the same time
    const auto partial = frameFile + ofThisProcess;
    std::ofstream out (partial, std::ios::binary);
    std::vector<FeatureCache::Entry> entries;
    std::int64_t written = 0;

    const auto giveUp = [&partial] (Error error)
    {
        std::error_code ignored;
        std::filesystem::remove (partial, ignored);
        return error;
    };

    for (std::size_t i = 0; i < utterances.size(); ++i)
    {
        FeatureCache::Entry entry;
        entry.begin = written;
        auto frames = featuresOfFile (utterances[i].audio, entry, [&] { return ! progress (i, utterances.size()); });

        if (! frames)
            return giveUp (frames.error());

        const auto half = torch::from_blob (frames.value().data(), static_cast<std::int64_t> (frames.value().size()))
                              .to (torch::kHalf);
        out.write (static_cast<const char*> (half.data_ptr()), static_cast<std::streamsize> (half.nbytes()));
        entry.frames = half.numel() / melBins;
        written += entry.frames;
        entries.push_back (entry);

        if (! out)
            return giveUp (diskFailed (partial));

        if (! progress (i + 1, utterances.size()))
            return giveUp ({ "stopped", "Stopped while the features were computed" });
    }

    out.close();
    const auto entryFile = base.string() + ".entries";
    const auto partialEntries = entryFile + ofThisProcess;
    std::ofstream list (partialEntries, std::ios::binary);
    list.write (reinterpret_cast<const char*> (entries.data()),
                static_cast<std::streamsize> (entries.size() * sizeof (FeatureCache::Entry)));
    list.close();
    std::error_code failed;
    std::filesystem::rename (partial, frameFile, failed);

    if (! failed)
        std::filesystem::rename (partialEntries, entryFile, failed);

    if (! out || ! list || failed)
    {
        std::error_code ignored;
        std::filesystem::remove (partialEntries, ignored);
        return giveUp (diskFailed (frameFile));
    }

    return success();
}

/** Empty when there is no whole cache for this number of utterances. */
std::vector<FeatureCache::Entry> readEntries (const std::filesystem::path& base, std::size_t utterances)
{
    std::ifstream in (base.string() + ".entries", std::ios::binary);
    std::vector<FeatureCache::Entry> entries (utterances);
    in.read (reinterpret_cast<char*> (entries.data()),
             static_cast<std::streamsize> (entries.size() * sizeof (FeatureCache::Entry)));
    std::error_code failed;
    const auto size = std::filesystem::file_size (base.string() + ".features", failed);
    std::int64_t frames = 0;

    for (const auto& entry : entries)
    {
        if (entry.begin != frames || entry.frames < 0)
            return {};

        frames += entry.frames;
    }

    if (! in || failed || size != static_cast<std::uintmax_t> (frames) * melBins * 2)
        return {};

    return entries;
}
} // namespace

class FeatureCache::Mapping
{
public:
    Mapping (const std::string& file, std::size_t bytes) : size (bytes)
    {
        const auto descriptor = ::open (file.c_str(), O_RDONLY | O_CLOEXEC);

        if (descriptor < 0)
            return;

        data = ::mmap (nullptr, size, PROT_READ, MAP_PRIVATE, descriptor, 0);
        ::close (descriptor);
    }

    ~Mapping()
    {
        if (data != MAP_FAILED)
            ::munmap (data, size);
    }

    Mapping (const Mapping&) = delete;
    Mapping& operator= (const Mapping&) = delete;

    void* data = MAP_FAILED;
    const std::size_t size;
};

FeatureCache::FeatureCache (std::shared_ptr<const Mapping> mappingToUse, std::vector<Entry> entriesToUse)
    : mapping (std::move (mappingToUse)), entries (std::move (entriesToUse))
{
    if (mapping != nullptr)
        all = torch::from_blob (mapping->data, { entries.back().begin + entries.back().frames, melBins },
                                torch::kHalf);
}

Result<FeatureCache> FeatureCache::open (const std::filesystem::path& folder,
                                         const std::vector<Utterance>& utterances,
                                         const Progress& progress)
{
    std::error_code failed;
    std::filesystem::create_directories (folder, failed);
    const auto base = folder / keyOf (utterances);
    auto entries = readEntries (base, utterances.size());

    if (entries.empty() && ! utterances.empty())
    {
        if (const auto built = build (base, utterances, progress); ! built)
            return built.error();

        entries = readEntries (base, utterances.size());

        if (entries.empty())
            return diskFailed (base);
    }

    const auto frames = entries.empty() ? 0 : entries.back().begin + entries.back().frames;

    if (frames == 0) // no recording can be used
        return FeatureCache (nullptr, std::move (entries));

    auto mapping = std::make_shared<const Mapping> (base.string() + ".features",
                                                    static_cast<std::size_t> (frames) * melBins * 2);

    if (mapping->data == MAP_FAILED)
        return diskFailed (base);

    return FeatureCache (std::move (mapping), std::move (entries));
}

torch::Tensor FeatureCache::features (std::size_t utterance) const
{
    const auto& entry = entries[utterance];
    return all.slice (0, entry.begin, entry.begin + entry.frames).to (torch::kFloat);
}

std::optional<LeftOut::Reason> FeatureCache::problem (std::size_t utterance) const
{
    const auto reason = entries[utterance].problem;
    return reason >= 0 && reason < static_cast<std::int64_t> (LeftOut::reasons)
               ? std::optional (static_cast<LeftOut::Reason> (reason))
               : std::nullopt;
}

void FeatureCache::keep (const std::vector<bool>& isKept)
{
    std::vector<Entry> kept;

    for (std::size_t i = 0; i < entries.size(); ++i)
        if (isKept[i])
            kept.push_back (entries[i]);

    entries = std::move (kept);
}

FeatureNormalisation FeatureCache::statistics (const std::vector<Utterance>& utterances) const
{
    constexpr std::size_t enough = 4000;
    const auto step = std::max<std::size_t> (1, utterances.size() / enough);
    auto sum = torch::zeros ({ melBins }, torch::kDouble);
    auto squares = torch::zeros ({ melBins }, torch::kDouble);
    std::int64_t count = 0;

    for (std::size_t i = 0; i < utterances.size(); i += step)
    {
        if (utterances[i].forValidation)
            continue;

        const auto frames = features (i).to (torch::kDouble);
        const auto loud = frames.index_select (0, (frames.mean (1) > quietLogMel).nonzero().squeeze (1));
        sum += loud.sum (0);
        squares += loud.square().sum (0);
        count += loud.size (0);
    }

    FeatureNormalisation statistics = FeatureNormalisation::none();

    for (std::size_t bin = 0; bin < melBins && count > 1; ++bin)
    {
        const auto index = static_cast<std::int64_t> (bin);
        const auto mean = sum[index].item<double>() / static_cast<double> (count);
        const auto variance = squares[index].item<double>() / static_cast<double> (count) - mean * mean;
        statistics.mean[bin] = static_cast<float> (mean);
        statistics.deviation[bin] = static_cast<float> (std::sqrt (std::max (variance, 1e-4)));
    }

    return statistics;
}

Result<std::vector<float>> featuresOfFile (const std::filesystem::path& audio,
                                           FeatureCache::Entry& entry,
                                           const std::function<bool()>& shouldStop)
{
    const auto leaveOut = [&entry] (LeftOut::Reason reason)
    {
        entry.problem = static_cast<std::int64_t> (reason);
        return std::vector<float>();
    };
    const auto content = readAudioFile (audio, 10.0 * longestUtteranceSeconds, shouldStop);

    if (! content && content.error().code == "cancelled")
        return Error{ "stopped", "Stopped while the features were computed" };
    if (! content)
        return leaveOut (content.error().code == "too_long" ? LeftOut::Reason::tooLong : LeftOut::Reason::unreadable);

    const auto facts = soundFacts (content.value().samples, content.value().sampleRate);
    entry.sound = facts.sound;

    if (const auto problem = facts.problem())
        return leaveOut (*problem);

    auto resampler = ModelRateResampler::create (static_cast<int> (std::lround (content.value().sampleRate)));

    if (! resampler)
        return leaveOut (LeftOut::Reason::unreadable);

    std::vector<float> samples;
    resampler.value()->push (content.value().samples, samples);
    resampler.value()->flush (samples);
    auto frames = extractFeatures (samples, FeatureNormalisation::none(), subsamplingFactor);
    return frames.empty() ? leaveOut (LeftOut::Reason::unreadable) : std::move (frames);
}

} // namespace kikitori::backend
