#include "Plugin/Processor/FileQueue.h"

#include "Core/Log.h"
#include "Platform/FileWriter.h"
#include "Platform/ReadFile.h"
#include "Plugin/Processor/StoredTranscript.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <random>
#include <set>
#include <utility>

namespace kikitori::plugin
{

namespace
{
using Json = nlohmann::json;
using State = FileJob::State;

constexpr auto listName = "list.json", wordsEnding = ".words.json";
constexpr std::size_t largestList = 4 << 20, largestWords = 64 << 20; ///< bytes
constexpr std::array stateNames{ "waiting", "starting", "running", "done", "failed", "cancelled", "interrupted" };

std::string textAt (const Json& json, const char* key)
{
    const auto found = json.find (key);
    return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

double secondsAt (const Json& json, const char* key)
{
    const auto found = json.find (key);
    const auto value = found != json.end() && found->is_number() ? found->get<double>() : 0.0;
    return std::isfinite (value) ? std::clamp (value, 0.0, 1.0e9) : 0.0;
}

int numberAt (const Json& json, const char* key, int most)
{
    const auto found = json.find (key);
    return found != json.end() && found->is_number_integer() ? std::clamp (found->get<int>(), 0, most) : 0;
}

/** What was chosen of the recording, and what it has. */
Json storeAudio (const FileJob& job)
{
    auto tracks = Json::array();
    for (const auto& track : job.tracks)
        tracks.push_back ({ { "name", track.name }, { "channels", track.channels } });
    Json audio{ { "tracks", std::move (tracks) }, { "played", job.track }, { "track", job.choice.track } };
    audio["channel"] = toString (job.choice.channel);
    audio["sounding"] = job.notes.soundingTrack;
    audio["cancelled"] = job.notes.channelsCancelled;
    return audio;
}

void restoreAudio (FileJob& job, const Json& json)
{
    constexpr int mostTracks = 1000, mostChannels = 256;
    if (! json.is_object())
        return;

    job.choice = { numberAt (json, "track", mostTracks),
                   channelChoiceFromString (textAt (json, "channel")).value_or (ChannelChoice{}) };
    const auto tracks = json.value ("tracks", Json());
    for (const auto& track : tracks.is_array() ? tracks : Json::array())
        if (track.is_object() && std::ssize (job.tracks) < mostTracks)
            job.tracks.push_back ({ textAt (track, "name"), numberAt (track, "channels", mostChannels) });
    const auto count = static_cast<int> (job.tracks.size());
    job.track = numberAt (json, "played", count);
    job.notes.soundingTrack = numberAt (json, "sounding", count);
    job.notes.channelsCancelled = json.value ("cancelled", Json()) == true;
}

/** Made here, never a path. */
bool isName (const std::string& name)
{
    return ! name.empty() && name.size() <= 32
           && name.find_first_not_of ("0123456789abcdef") == std::string::npos;
}

std::string newName()
{
    constexpr auto digits = "0123456789abcdef";
    std::random_device random;
    std::string name;
    while (name.size() < 16)
        name += digits[random() % 16];
    return name;
}

std::filesystem::path wordsIn (const std::filesystem::path& folder, const std::string& name)
{
    return folder / (name + wordsEnding);
}

void tell (const char* action, const Error& error)
{
    log::write (log::Level::warning, "files", action, error.message);
}

std::string asText (const Json& json) { return json.dump (-1, ' ', false, Json::error_handler_t::replace); }

std::string wordsAsText (const TranscriptSnapshot& transcript)
{
    auto rows = Json::array();
    for (const auto& segment : transcript.finals)
        rows.push_back (storeSegment (segment));
    if (transcript.partial && ! transcript.partial->text.empty())
        rows.push_back (storeSegment (*transcript.partial));

    return asText ({ { "segments", std::move (rows) }, { "takes", storeTakes (transcript) } });
}

std::shared_ptr<const TranscriptSnapshot> wordsFrom (const std::string& text)
{
    const auto json = Json::parse (text, nullptr, false);
    const auto rows = json.is_object() ? json.value ("segments", Json()) : Json();
    auto transcript = std::make_shared<TranscriptSnapshot>();

    for (const auto& row : rows.is_array() ? rows : Json::array())
        if (auto segment = restoreSegment (row))
        {
            segment->id = static_cast<std::int64_t> (transcript->finals.size());
            transcript->finals.push_back (std::move (*segment));
        }

    if (transcript->finals.empty())
        return nullptr;

    transcript->takes = restoreTakes (json.value ("takes", Json()));
    return transcript;
}

std::optional<FileJob> jobFrom (const Json& json)
{
    const auto state = std::find (stateNames.begin(), stateNames.end(), textAt (json, "state"));
    FileJob job;
    job.path = textAt (json, "path");
    if (job.path.empty() || state == stateNames.end())
        return std::nullopt;

    job.state = static_cast<State> (std::distance (stateNames.begin(), state));
    job.seconds = secondsAt (json, "seconds");
    job.processed = secondsAt (json, "processed");
    job.model = textAt (json, "model");
    restoreAudio (job, json.value ("audio", Json()));
    if (const auto code = textAt (json, "error"); ! code.empty())
        job.error = Error{ code, textAt (json, "message") };
    return job;
}

Json jsonFrom (const FileJob& job, const std::string& words)
{
    Json json{ { "path", job.path },
               { "state", stateNames[static_cast<std::size_t> (job.state)] },
               { "seconds", job.seconds },
               { "processed", job.processed },
               { "model", job.model },
               { "audio", storeAudio (job) } };
    if (job.error)
        json.update ({ { "error", job.error->code }, { "message", job.error->message } });
    if (! words.empty())
        json["words"] = words;
    return json;
}
} // namespace

bool FileQueue::exists (const std::filesystem::path& folder)
{
    std::error_code ignored;
    return ! folder.empty() && std::filesystem::exists (folder / listName, ignored);
}

std::vector<FileJob> FileQueue::load()
{
    if (auto made = platform::makeFolder (folder); ! made)
        return tell ("keep", made.error()), std::vector<FileJob>();

    auto locked = platform::FileLock::tryLock (folder / "lock");
    if (! locked)
        return tell ("keep", locked.error()), std::vector<FileJob>();
    lock.emplace (std::move (locked).value());
    platform::removeLeftovers (folder);

    if (! exists (folder))
        return {};
    const auto read = platform::readFile (folder / listName, largestList);
    if (! read)
        return tell ("restore", read.error()), std::vector<FileJob>();

    const auto list = Json::parse (read.value(), nullptr, false);
    std::vector<FileJob> jobs;
    for (const auto& entry : list.is_array() ? list : Json::array())
    {
        auto job = entry.is_object() ? jobFrom (entry) : std::nullopt;
        if (! job || jobs.size() >= FileTranscriber::mostJobs)
            continue;

        if (const auto name = textAt (entry, "words"); isName (name))
        {
            const auto stored = platform::readFile (wordsIn (folder, name), largestWords);
            job->transcript = stored ? wordsFrom (stored.value()) : Words();
            if (job->transcript != nullptr)
                words[job->transcript] = name;
        }
        jobs.push_back (std::move (*job));
    }
    removeStrangers();
    return jobs;
}

/** What a killed program wrote and did not name in the list. */
void FileQueue::removeStrangers() const
{
    std::set<std::string> named;
    for (const auto& [transcript, name] : words)
        named.insert (wordsIn (folder, name).filename().string());

    std::error_code ignored;
    for (std::filesystem::directory_iterator entry (folder, ignored), end; entry != end; entry.increment (ignored))
        if (const auto name = entry->path().filename().string();
            name.ends_with (wordsEnding) && ! named.contains (name))
            std::filesystem::remove (entry->path(), ignored);
}

std::string FileQueue::nameOf (const Words& transcript)
{
    if (const auto known = words.find (transcript); known != words.end())
        return known->second;

    auto name = newName();
    const auto written =
        platform::writeFile (wordsIn (folder, name), wordsAsText (*transcript), platform::Access::ownerOnly);
    if (written)
        return name;
    tell ("keep", written.error());
    return {};
}

void FileQueue::store (const std::vector<FileJob>& jobs)
{
    if (! lock)
        return;

    auto list = Json::array();
    std::map<Words, std::string> present;
    for (const auto& job : jobs)
    {
        const bool hasWords = job.hasEnded() && job.transcript != nullptr && job.transcript->finals.size() > 0;
        const auto name = hasWords ? nameOf (job.transcript) : std::string();
        if (! name.empty())
            present[job.transcript] = name;
        list.push_back (jsonFrom (job, name));
    }

    // The list first: a word file that it names is there at any time.
    if (auto written = platform::writeFile (folder / listName, asText (list), platform::Access::ownerOnly); ! written)
        return tell ("keep", written.error());
    removeOthers (present);
}

void FileQueue::removeOthers (const std::map<Words, std::string>& present)
{
    std::error_code ignored;
    for (const auto& [transcript, name] : words)
        if (! present.contains (transcript))
            std::filesystem::remove (wordsIn (folder, name), ignored);
    words = present;
}

} // namespace kikitori::plugin
