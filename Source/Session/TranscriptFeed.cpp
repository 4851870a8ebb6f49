#include "Session/TranscriptFeed.h"

#include "Core/Log.h"

#include <algorithm>
#include <string>

namespace kikitori
{

void TranscriptFeed::begin (bool keep, bool keepAllPasses)
{
    store.setKeepAllPasses (keepAllPasses);

    if (! keep)
    {
        store.clear();
        timeline.clear();
        passStarts.clear();
        furthest = shift = nextId = 0;
    }

    sampleBase = furthest; // a later stream begins after everything of the earlier ones
    segmentBase = nextId;
    nextNumber = acknowledged = 0;
    misplacedFinals = 0;
    hasTake = true;
    takeBegun = {};
    store.beginTake ({ sampleBase + shift, takeBegun });
}

void TranscriptFeed::load (const TranscriptSnapshot& saved)
{
    store.load (saved);
    auto end = std::int64_t{ 0 };
    nextId = segmentBase = 0;

    for (const auto& segment : saved.finals)
    {
        end = std::max (end, segment.endSample);
        nextId = std::max (nextId, segment.id + 1);
        passShift = std::max (passShift, segment.host ? segment.host->pass : 0);
    }

    segmentBase = nextId;
    shift = std::max (shift, end - (sampleBase + acknowledged));

    if (hasTake)
        store.beginTake ({ sampleBase + acknowledged + shift, takeBegun });
}

std::int64_t TranscriptFeed::startOf (const TranscriptMessage& message)
{
    if (message.start >= acknowledged)
        return message.start;

    if (message.isFinal)
    {
        ++misplacedFinals;
        log::write (log::Level::warning, "session", "words",
                    (message.start < 0 ? std::string ("a final has no start")
                                       : "a final begins at sample " + std::to_string (message.start))
                        + ", but everything before " + std::to_string (acknowledged)
                        + " is confirmed; its words are put behind it");
    }

    return acknowledged;
}

bool TranscriptFeed::isThere (const TranscriptMessage& message) const
{
    const auto start = message.start + sampleBase + shift;
    const auto& finals = store.snapshot()->finals;

    for (auto i = finals.size(); i > 0 && finals[i - 1].startSample >= start; --i)
        if (finals[i - 1].startSample == start && finals[i - 1].text == message.text)
            return true;

    return false;
}

std::int64_t TranscriptFeed::add (const TranscriptMessage& message, std::int64_t sent)
{
    Segment segment;
    const auto number = std::max (nextNumber, message.segment.value_or (nextNumber));
    segment.id = number;
    segment.text = message.text;
    segment.startSample = startOf (message);
    segment.endSample = std::max (segment.startSample, message.end);
    segment.stableCharacters = static_cast<std::size_t> (std::max<std::int64_t> (0, message.stable));

    for (const auto& token : message.tokens)
    {
        TranscriptToken placed;
        placed.text = token.text;
        placed.startSample = std::max (segment.startSample, token.start);
        placed.endSample = std::max (placed.startSample, token.end);
        placed.confidence = std::clamp (token.confidence, 0.0, 1.0);
        segment.tokens.push_back (std::move (placed));
    }

    if (! message.isFinal)
    {
        place (std::move (segment), std::nullopt, 0);
        return -1;
    }

    const auto ack = message.ack.value_or (message.end);

    if (message.start < acknowledged && isThere (message)) // it was sent twice
        return ack;

    const auto heardFrom = acknowledged;
    acknowledged = std::max (acknowledged, std::min (ack, sent));
    nextNumber = number + 1;
    const auto heardTo = std::max (acknowledged, std::min (segment.endSample, sent));
    place (std::move (segment), heardFrom, heardTo);
    return ack;
}

void TranscriptFeed::add (const TranscriptMessage& message, const AudioUplink::Utterance& utterance)
{
    Segment segment;
    segment.id = nextNumber;
    segment.text = message.text;
    segment.startSample = utterance.start;
    segment.endSample = std::max (utterance.start, utterance.end);

    if (! message.isFinal)
        return place (std::move (segment), std::nullopt, 0);

    ++nextNumber;
    acknowledged = std::max (acknowledged, utterance.end);
    place (std::move (segment), utterance.start, utterance.end);
}

/** heardFrom, heardTo: of a final; without them it is a partial. */
void TranscriptFeed::place (Segment segment, std::optional<std::int64_t> heardFrom, std::int64_t heardTo)
{
    segment.id += segmentBase;
    segment.startSample += sampleBase;
    segment.endSample += sampleBase;

    for (auto& token : segment.tokens)
    {
        token.startSample += sampleBase;
        token.endSample += sampleBase;
    }

    furthest = std::max ({ furthest, segment.endSample, sampleBase + acknowledged });
    nextId = std::max (nextId, segment.id + 1);
    timeline.place (segment);
    const auto heard = heardFrom ? heardBy (segment, *heardFrom + sampleBase, heardTo + sampleBase) : std::nullopt;
    toTranscript (segment);

    if (heardFrom)
        store.addFinal (std::move (segment), heard);
    else
        store.setPartial (std::move (segment));
}

/** What of the segment's pass the backend has heard from one sample to another: all but what was lost. */
std::optional<HeardStretch> TranscriptFeed::heardBy (const Segment& segment, std::int64_t from, std::int64_t to) const
{
    const auto after =
        std::upper_bound (passStarts.begin(), passStarts.end(), segment.startSample,
                          [] (std::int64_t sample, const PassStart& start) { return sample < start.sample; });

    if (after == passStarts.begin())
        return std::nullopt;

    const auto& start = *std::prev (after);
    const auto first = timeline.hostPosition (start.sample);
    from = std::max (from, start.sample);
    to = after == passStarts.end() ? to : std::min (to, after->sample);

    if (! first || ! segment.host || segment.host->pass != start.pass)
        return std::nullopt;

    HeardStretch heard{ start.pass + passShift, first->seconds, {} };
    const auto add = [&] (std::int64_t begin, std::int64_t end)
    {
        const auto host = timeline.hostPosition (begin);
        const auto last = timeline.hostPosition (end - 1); // where it ends, the transport may jump

        if (end > begin && host && last)
            heard.ranges.push_back ({ host->seconds, last->seconds + last->rate / streamSampleRate });
    };

    for (const auto& gap : store.snapshot()->gaps)
    {
        const auto lost = gap.startSample - shift;

        if (lost < to && lost + gap.samples > from)
        {
            add (from, lost);
            from = lost + gap.samples;
        }
    }

    add (from, to);
    return heard;
}

/** From the timeline's samples and passes to the transcript's. */
void TranscriptFeed::toTranscript (Segment& segment) const
{
    const auto move = [this] (auto& piece) // the segment or one of its tokens
    {
        piece.startSample += shift;
        piece.endSample += shift;
        piece.startSeconds = static_cast<double> (piece.startSample) / streamSampleRate;
        piece.endSeconds = static_cast<double> (piece.endSample) / streamSampleRate;

        if (piece.host && piece.host->pass > 0)
            piece.host->pass += passShift;
    };

    move (segment);
    for (auto& token : segment.tokens)
        move (token);
}

void TranscriptFeed::endUtterance()
{
    const auto current = store.snapshot();

    if (current->partial && ! current->partial->text.empty())
        ++nextNumber;

    store.keepPartial();
}

void TranscriptFeed::addGap (std::int64_t position, std::int64_t samples)
{
    store.addGap ({ position + sampleBase + shift, samples });
}

void TranscriptFeed::addPlayhead (std::int64_t position, const PlayheadInfo& playhead, double hostRate)
{
    HostAnchor anchor;
    anchor.streamSample = position + sampleBase;
    anchor.isPlaying = playhead.isPlaying;
    anchor.goesOn = playhead.goesOn;
    anchor.hostRate = hostRate;
    anchor.rate = playhead.rate;
    anchor.timeInSamples = playhead.timeInSamples;
    anchor.timeInSeconds = playhead.timeInSeconds;
    anchor.quarterNotes = playhead.quarterNotes;
    anchor.quarterNotesAtBar = playhead.quarterNotesAtBar;
    anchor.beatsPerMinute = playhead.beatsPerMinute;
    anchor.barNumerator = playhead.barNumerator;
    anchor.barDenominator = playhead.barDenominator;
    timeline.addHostAnchor (anchor);

    const auto host = timeline.hostPosition (anchor.streamSample);
    const auto pass = host ? host->pass : 0;

    while (passStarts.size() > 1
           && (passStarts[1].sample <= sampleBase + acknowledged || passStarts.size() >= mostPassStarts))
        passStarts.pop_front();

    if (passStarts.empty() || passStarts.back().pass != pass)
        passStarts.push_back ({ pass, anchor.streamSample });
}

void TranscriptFeed::addWallClock (std::int64_t position,
                                   std::chrono::system_clock::time_point time,
                                   std::chrono::nanoseconds steady)
{
    furthest = std::max (furthest, position + sampleBase);
    timeline.addWallClock (position + sampleBase, time, steady);

    if (hasTake && ! takeBegun)
    {
        const std::chrono::duration<double> heard (static_cast<double> (position) / streamSampleRate);
        takeBegun = time - std::chrono::duration_cast<std::chrono::system_clock::duration> (heard);
        store.beginTake ({ store.snapshot()->takes.back().firstSample, takeBegun });
    }
}

void TranscriptFeed::resumed (std::int64_t resumeAt)
{
    acknowledged = resumeAt;
    store.replaceFrom (resumeAt + sampleBase + shift);
}

void TranscriptFeed::end() { store.keepPartial(); }

void TranscriptFeed::clear (bool canBeUndone) { store.clear (canBeUndone); }

} // namespace kikitori
