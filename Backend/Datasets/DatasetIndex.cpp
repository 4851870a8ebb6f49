#include "Backend/Datasets/DatasetIndex.h"

#include "Backend/Datasets/SoundCheck.h"
#include "Core/Log.h"
#include "Platform/FileFacts.h"
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
                 { "left_out", leftOut.total() },
                 { "left_out_reasons", leftOut.toJson() },
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
    LeftOut leftOut;
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

std::size_t charactersIn (const std::string& utf8)
{
    return static_cast<std::size_t> (
        std::count_if (utf8.begin(), utf8.end(), [] (char c) { return (static_cast<unsigned char> (c) & 0xc0) != 0x80; }));
}

/** Listens to one recording; the reason why it is left out, if it is. cancelled is an error. */
Result<std::optional<LeftOut::Reason>> lookAt (DatasetUtterance& utterance,
                                               const fs::path& file,
                                               std::uint64_t& sound,
                                               const AudioFileReader::StopCheck& shouldStop)
{
    using Reason = LeftOut::Reason;
    const auto facts = platform::isPlainFile (file)
                           ? soundFactsOf (file, shouldStop)
                           : Result<SoundFacts> (Error{ "file_missing", file.string() + " is missing" });

    if (! facts && facts.error().code == "cancelled")
        return facts.error();
    if (! facts)
        return std::optional (facts.error().code == "too_long" ? Reason::tooLong : Reason::unreadable);

    utterance.duration = facts.value().seconds;
    sound = facts.value().sound;
    const auto problem = facts.value().problem();
    const auto mostCharacters = mostCharactersPerSecond * utterance.duration;
    return problem || static_cast<double> (charactersIn (utterance.text)) <= mostCharacters
               ? problem
               : std::optional (Reason::textTooLong);
}

/** What has the same sound counts once, and for train before dev before test. isKept, by index. */
void leaveOutDoubles (const std::vector<DatasetUtterance>& utterances,
                      const std::vector<std::uint64_t>& sounds,
                      std::vector<bool>& isKept,
                      LeftOut& leftOut)
{
    std::map<std::uint64_t, std::string> splitOf; ///< by sound

    for (const auto* split : { "train", "dev", "test" })
        for (std::size_t i = 0; i < utterances.size(); ++i)
        {
            if (! isKept[i] || utterances[i].split != split)
                continue;

            const auto [seen, isNew] = splitOf.try_emplace (sounds[i], split);
            isKept[i] = isNew;

            if (! isNew)
                leftOut.add (seen->second == split ? LeftOut::Reason::twice : LeftOut::Reason::inTwoParts,
                             utterances[i].audio.generic_string());
        }
}

/** Listens to every recording; tells those that can be used. */
Status measure (DatasetContent& content,
                const fs::path& data,
                Statistics& statistics,
                const IndexProgress& progress,
                const std::function<void (const DatasetUtterance&)>& take)
{
    auto& utterances = content.utterances;
    std::vector<std::uint64_t> sounds (utterances.size());
    std::vector<bool> isKept (utterances.size());
    statistics.leftOut.add (content.leftOut);

    for (std::size_t i = 0; i < utterances.size(); ++i)
    {
        const Error cancelled{ "cancelled", "The data set's preparation was cancelled." };

        if (! progress (i, utterances.size()))
            return cancelled;

        const auto problem = lookAt (utterances[i], data / utterances[i].audio, sounds[i],
                                     [&] { return ! progress (i, utterances.size()); });

        if (! problem)
            return cancelled;
        if (problem.value())
            statistics.leftOut.add (*problem.value(), utterances[i].audio.generic_string());

        isKept[i] = ! problem.value().has_value();
    }

    leaveOutDoubles (utterances, sounds, isKept, statistics.leftOut);

    for (std::size_t i = 0; i < utterances.size(); ++i)
    {
        if (! isKept[i])
            continue;

        std::error_code failed;
        const auto size = fs::file_size (data / utterances[i].audio, failed);
        statistics.add (utterances[i], failed ? 0 : size);

        if (take)
            take (utterances[i]);
    }

    for (const auto& sentence : statistics.leftOut.sentences())
        log::write (log::Level::warning, "datasets", "measure", data.string() + ": " + sentence);

    return statistics.durations.empty()
               ? Status (Error{ "bad_data", data.string() + " holds no recording that can be used."
                                               + statistics.leftOut.describe() })
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
                   bool mayBeAbsolute,
                   const IndexProgress& progress)
{
    if (const auto problem = platform::folderProblem (given); ! problem.empty())
        return Error{ "bad_data", "The folder " + given.string() + " cannot be read: " + problem
                                      + ". Check its permissions." };

    const auto [data, found] = findLayout (given);
    const auto layout = wantedLayout.empty() ? found : wantedLayout;

    if (layout.empty())
        return Error{ "bad_data", given.string()
                                      + " has none of the known layouts (manifest.jsonl, LJSpeech, JSUT, LibriSpeech, "
                                        "Common Voice, or a text file beside each recording)" };

    auto utterances = readLayout (data, layout, mayBeAbsolute);

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
