/*  A stream and a host's transport; words come in and are placed as the session does it. Times are seconds of the
    stream.

    Threads: one. Failure: none.
*/
#pragma once

#include "Transcript/StreamTimeline.h"
#include "Transcript/Transcript.h"

#include <algorithm>
#include <cmath>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace kikitori::test
{

struct PassScene
{
    struct Word
    {
        std::string text;
        double start = 0.0, end = 0.0;
    };

    static std::int64_t samples (double seconds) { return std::llround (seconds * streamSampleRate); }

    /** The transport plays from this place on (in seconds), or stands still there. */
    void transport (double streamSeconds, double hostSeconds, bool isPlaying = true, double tempo = 120.0)
    {
        HostAnchor anchor;
        anchor.streamSample = samples (streamSeconds);
        anchor.isPlaying = isPlaying;
        anchor.timeInSeconds = hostSeconds;
        anchor.timeInSamples = samples (hostSeconds);
        anchor.beatsPerMinute = tempo;
        timeline.addHostAnchor (anchor);
    }

    /** Words of equal length, with their times. */
    void say (const std::string& text, double start, double end)
    {
        std::vector<Word> words;
        std::istringstream all (text);
        for (std::string word; all >> word;)
            words.push_back ({ word, 0.0, 0.0 });

        const auto length = (end - start) / static_cast<double> (std::max<std::size_t> (1, words.size()));
        for (std::size_t i = 0; i < words.size(); ++i)
        {
            words[i].start = start + length * static_cast<double> (i);
            words[i].end = words[i].start + length;
        }

        add (text, start, end, words);
    }

    void sayWords (const std::vector<Word>& words, const std::string& between = " ")
    {
        std::string text;
        for (const auto& word : words)
            text += (text.empty() ? "" : between) + word.text;

        add (text.substr (std::min (text.find_first_not_of (' '), text.size())), words.front().start, words.back().end,
             words);
    }

    /** As a version 1 backend does. */
    void sayUntimed (const std::string& text, double start, double end) { add (text, start, end, {}); }

    std::string text() const
    {
        std::string all;
        for (const auto& segment : store.snapshot()->finals)
            all += (all.empty() ? "" : " | ") + segment.text;
        return all;
    }

    std::vector<Segment> finals() const
    {
        const auto& list = store.snapshot()->finals;
        return { list.begin(), list.end() };
    }

    TranscriptStore store;

private:
    void add (const std::string& text, double start, double end, const std::vector<Word>& words)
    {
        Segment segment;
        segment.id = number++;
        segment.text = text;
        segment.startSample = samples (start);
        segment.endSample = samples (end);

        for (const auto& word : words)
        {
            TranscriptToken token;
            token.text = word.text;
            token.startSample = samples (word.start);
            token.endSample = samples (word.end);
            segment.tokens.push_back (std::move (token));
        }

        timeline.place (segment);
        store.addFinal (segment);
    }

    StreamTimeline timeline;
    std::int64_t number = 0;
};

} // namespace kikitori::test
