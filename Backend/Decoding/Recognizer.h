/*  The recogniser as the server sees it: a model that is loaded once and shared, and a stream per session
    that takes the client's samples and gives partial and final texts.

    Threads: RecognizerModel is immutable and may be used by any number of streams at once. A stream belongs
    to one thread at a time.
    Failure: load() says which file is wrong and why; a stream accepts any sample values (NaN and infinity
    become silence and are counted) and any block size.
*/
#pragma once

#include "Core/Result.h"
#include "Protocol/Messages.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace kikitori::backend
{

struct RecognizerCard
{
    std::string name;
    std::string language; ///< "en", "ja"
    std::string licence;
    std::uint64_t parameters = 0;
    std::vector<int> chunkChoicesMs;

    /** What a stream gets that asks for so much. */
    int nearestChunkMs (int wanted) const
    {
        const auto nearest =
            std::min_element (chunkChoicesMs.begin(), chunkChoicesMs.end(),
                              [wanted] (int a, int b) { return std::abs (a - wanted) < std::abs (b - wanted); });
        return nearest != chunkChoicesMs.end() ? *nearest : wanted;
    }
};

enum class Precision
{
    fp32,
    int8
};

class RecognizerModel
{
public:
    virtual ~RecognizerModel() = default;

    /** Loads a model folder (config.json, model.safetensors, preprocessor_config.json, vocab.json, optional lm.bin).
        Errors: file_missing, model_broken, model_unsupported; the message names file, key and what is allowed. */
    static Result<std::shared_ptr<const RecognizerModel>> load (const std::filesystem::path& folder,
                                                                Precision precision = Precision::int8);

    virtual const RecognizerCard& card() const noexcept = 0;
};

struct RecognizedToken
{
    std::string text;
    std::int64_t start = 0; ///< client samples since the session's first
    std::int64_t end = 0;
    float confidence = 0.0f; ///< 0..1
};

struct RecognizerEvent
{
    enum class Kind
    {
        partial,
        final
    };

    Kind kind = Kind::partial;
    std::string text;
    std::int64_t segment = 0;
    std::int64_t start = 0; ///< client samples
    std::int64_t end = 0;
    std::int64_t stable = 0; ///< number of leading characters (Unicode code points) that will not change
    std::int64_t ack = 0;    ///< finals: everything before this client sample need not be replayed
    StreamLevels levels;     ///< finals: for a stream that replays from there
    std::vector<RecognizedToken> tokens;
};

struct RecognizerStreamOptions
{
    int sampleRate = 48000;       ///< of the client's samples, 8000..192000
    int chunkMs = 320;            ///< one of the card's choices; the nearest is taken
    std::int64_t firstSample = 0; ///< resume_at
    std::int64_t firstSegment = 0;
    std::optional<StreamLevels> levels; ///< of the final whose ack is firstSample
    int partialIntervalMs = 100; ///< at most one partial in this time (of audio)
    bool tokenTimes = true;
    std::vector<std::string> hotwords;
};

class RecognizerStream
{
public:
    virtual ~RecognizerStream() = default;

    static Result<std::unique_ptr<RecognizerStream>> create (std::shared_ptr<const RecognizerModel> model,
                                                             RecognizerStreamOptions options);

    /** Takes mono samples (nominally ±1) and appends the events they cause. */
    virtual void push (std::span<const float> samples, std::vector<RecognizerEvent>& events) = 0;

    /** Ends the segment: a final for what was heard since the last one (also when its text is empty and
        samples were pushed), with ack at the newest sample. */
    virtual void flush (std::vector<RecognizerEvent>& events) = 0;

    /** Audio that the client lost: time goes on by that many client samples; ends the segment before it. */
    virtual void gap (std::int64_t samples, std::vector<RecognizerEvent>& events) = 0;

    virtual std::int64_t receivedSamples() const noexcept = 0;  ///< position after the last pushed sample
    virtual std::int64_t processedSamples() const noexcept = 0; ///< position up to which the model has looked
    virtual std::uint64_t repairedSamples() const noexcept = 0; ///< NaN and infinity replaced by silence
};

} // namespace kikitori::backend
