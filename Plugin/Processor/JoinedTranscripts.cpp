#include "Plugin/Processor/JoinedTranscripts.h"

#include "Transcript/Takes.h"

#include <utility>

namespace kikitori::plugin
{

std::shared_ptr<const TranscriptSnapshot> joinTranscripts (std::shared_ptr<const TranscriptSnapshot> before,
                                                           std::shared_ptr<const TranscriptSnapshot> behind)
{
    if (behind == nullptr || behind->finals.empty())
        return before;
    if (before == nullptr || before->finals.empty())
        return behind;

    auto whole = std::make_shared<TranscriptSnapshot>();
    whole->finals = before->finals;
    whole->takes = before->takes.empty() ? std::vector<TranscriptTake> (1) : before->takes;
    const auto shift = before->finals.back().endSample;

    for (auto segment : behind->finals)
    {
        kikitori::shift (segment, shift);
        segment.id = static_cast<std::int64_t> (whole->finals.size());
        whole->finals.push_back (std::move (segment));
    }

    for (auto take : behind->takes.empty() ? std::vector<TranscriptTake> (1) : behind->takes)
    {
        take.firstSample += shift;
        whole->takes.push_back (take);
    }

    return whole;
}

} // namespace kikitori::plugin
