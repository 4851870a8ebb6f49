#include "Backend/Datasets/DatasetIndex.h"

#include "Audio/AudioFileReader.h"
#include "Protocol/JsonReading.h"

#include <algorithm>
#include <fstream>
#include <map>
#include <set>

namespace kikitori::backend
{

namespace fs = std::filesystem;
using nlohmann::json;

namespace
{
/** Seconds, 0 for what cannot be read; a file that does not say how long it is, is decoded. */
double durationOf (const fs::path& file)
{
    const auto reader = AudioFileReader::open (file);

    if (! reader)
        return 0.0;
    if (reader.value()->duration() > 0.0)
        return reader.value()->duration();

    const auto content = readAudioFile (file);
    return content ? static_cast<double> (content.value().samples.size()) / content.value().sampleRate : 0.0;
}

/** Counts utterances as they come. */
struct Statistics
{
    void add (const DatasetUtterance& utterance, std::uintmax_t size)
    {
        durations.push_back (utterance.duration);
        speakers.insert (utterance.speaker);
        bytes += size;
        auto& [count, seconds] = splits[utterance.split];
        ++count;
        seconds += utterance.duration;
    }

    json toJson()
    {
        std::sort (durations.begin(), durations.end());
        auto sum = 0.0;

        for (const auto seconds : durations)
            sum += seconds;

        json parts;

        for (const auto* split : { "train", "dev", "test" })
            parts[split] = { { "utterances", splits[split].first }, { "hours", splits[split].second / 3600.0 } };

        return { { "utterances", durations.size() },
                 { "hours", sum / 3600.0 },
                 { "speakers", speakers.size() },
                 { "bytes", bytes },
                 { "left_out", leftOut },
                 { "splits", parts },
                 { "durations",
                   { { "shortest", durations.front() },
                     { "longest", durations.back() },
                     { "mean", sum / static_cast<double> (durations.size()) },
                     { "median", durations[durations.size() / 2] } } } };
    }

    std::vector<double> durations;
    std::set<std::string> speakers;
    std::map<std::string, std::pair<std::uint64_t, double>> splits;
    std::uintmax_t bytes = 0;
    std::uint64_t leftOut = 0;
};

json lineOf (const DatasetUtterance& utterance, const fs::path& data, const fs::path& target)
{
    std::error_code failed;
    // Beside its data the index may move with it; elsewhere it says where they are.
    const auto audio = data == target || data.parent_path() == target
                           ? (data / utterance.audio).lexically_relative (target)
                           : (data.is_absolute() ? data : fs::current_path (failed) / data) / utterance.audio;
    return { { "audio", audio.generic_string() },
             { "text", utterance.text },
             { "speaker", utterance.speaker },
             { "split", utterance.split },
             { "duration", utterance.duration } };
}

Status write (const fs::path& file, const std::string& text)
{
    std::ofstream out (file);
    out << text;
    out.close();
    return out ? success() : Status (Error{ "disk_failed", file.string() + " cannot be written" });
}

/** Looks at every recording; tells those that can be read. */
Status measure (std::vector<DatasetUtterance>& utterances,
                const fs::path& data,
                Statistics& statistics,
                const IndexProgress& progress,
                const std::function<void (const DatasetUtterance&)>& take)
{
    std::uint64_t done = 0;

    for (auto& utterance : utterances)
    {
        if (! progress (done++, utterances.size()))
            return Error{ "cancelled", "The data set's preparation was cancelled." };

        std::error_code failed;
        const auto file = data / utterance.audio;
        const auto size = fs::file_size (file, failed);

        if (utterance.duration <= 0.0 && ! failed)
            utterance.duration = durationOf (file);

        if (failed || utterance.duration <= 0.0)
        {
            ++statistics.leftOut;
            continue;
        }

        statistics.add (utterance, size);

        if (take)
            take (utterance);
    }

    return statistics.durations.empty()
               ? Status (Error{ "bad_data", data.string() + " holds no recording that can be read" })
               : success();
}
} // namespace

Status writeStatistics (const fs::path& manifest, const fs::path& target, const IndexProgress& progress)
{
    auto utterances = readManifestFile (manifest);

    if (! utterances)
        return utterances.error();

    Statistics statistics;

    if (auto measured = measure (utterances.value(), manifest.parent_path(), statistics, progress, {}); ! measured)
        return measured;

    std::error_code failed;
    fs::create_directories (target, failed);
    return write (target / "statistics.json", statistics.toJson().dump (2) + "\n");
}

Status writeIndex (const fs::path& given,
                   const std::string& wantedLayout,
                   const fs::path& target,
                   const IndexProgress& progress)
{
    const auto [data, found] = findLayout (given);
    const auto layout = wantedLayout.empty() ? found : wantedLayout;

    if (layout.empty())
        return Error{ "bad_data", given.string()
                                      + " has none of the known layouts (manifest.jsonl, LJSpeech, JSUT, LibriSpeech, "
                                        "Common Voice)" };

    auto utterances = readLayout (data, layout);

    if (! utterances)
        return utterances.error();

    std::error_code failed;
    fs::create_directories (target, failed);
    const auto fresh = target / ".manifest.writing";
    std::ofstream out (fresh);
    Statistics statistics;
    const auto addLine = [&, root = data] (const DatasetUtterance& utterance)
    { out << lineOf (utterance, root, target).dump (-1, ' ', false, json::error_handler_t::replace) << "\n"; };
    auto done = measure (utterances.value(), data, statistics, progress, addLine);
    out.close();

    if (done)
        done = write (target / "statistics.json", statistics.toJson().dump (2) + "\n");

    // The manifest comes last: with it the data set is there.
    if (done && out)
        fs::rename (fresh, target / "manifest.jsonl", failed);

    if (done && (! out || failed))
        done = Error{ "disk_failed", target.string() + " cannot be written" };

    fs::remove (fresh, failed);
    return done;
}

json readStatistics (const fs::path& target)
{
    std::ifstream in (target / "statistics.json");
    const std::string text ((std::istreambuf_iterator<char> (in)), {});
    auto parsed = parseJson (text);
    return parsed && parsed.value().is_object() ? std::move (parsed).value() : json();
}

} // namespace kikitori::backend
