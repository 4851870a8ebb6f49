/*  Reads a saved state piece by piece: the settings as JSON, the rows of the transcript one after the other, so that a
    long transcript needs no more memory than it has as a transcript.

    Threads: one.
    Failure: what is damaged or beyond the limits ends the reading; what came before it is there.
*/
#pragma once

#include "Plugin/Processor/PluginState.h"

#include <nlohmann/json.hpp>

#include <memory>
#include <streambuf>

namespace kikitori::plugin
{

class StateReader
{
public:
    StateReader (const void* data, std::size_t size, const StateLimits& limits);

    /** Everything but the rows; an empty object where there is nothing. */
    const nlohmann::json& settings() const noexcept { return read; }

    /** Null when there are no rows. */
    std::shared_ptr<const TranscriptSnapshot> transcript() const;

    bool isIncomplete() const noexcept { return incomplete; }
    bool isTooLarge() const noexcept { return tooLarge; }

private:
    class Unpacker;

    void take (const nlohmann::json& row);
    bool takeParsed (int depth, nlohmann::json::parse_event_t event, const nlohmann::json& parsed);

    const StateLimits limits;
    nlohmann::json read = nlohmann::json::object();
    std::shared_ptr<TranscriptSnapshot> rows = std::make_shared<TranscriptSnapshot>();
    /** Of one row, and of all the rest; a row of 5,000 words has a tenth of it. */
    static constexpr std::size_t mostValues = 1'000'000;

    std::size_t words = 0;
    std::size_t values = 0; ///< since the last row
    std::string key; ///< of the value that is being read, of the outermost object
    bool incomplete = false;
    bool tooLarge = false;
};

} // namespace kikitori::plugin
