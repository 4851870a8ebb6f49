/*  Transcripts for the tests of journals. */
#pragma once

#include "Plugin/Processor/JournalFile.h"

#include <string>
#include <vector>

namespace kikitori::test
{

inline Segment row (int number, const std::string& text)
{
    Segment segment;
    segment.id = number;
    segment.text = text;
    segment.startSample = std::int64_t{ number } * 48000;
    segment.endSample = segment.startSample + 40000;
    segment.startSeconds = static_cast<double> (segment.startSample) / 48000.0;
    segment.endSeconds = static_cast<double> (segment.endSample) / 48000.0;
    return segment;
}

inline plugin::SharedTranscript transcriptOf (const std::vector<std::string>& texts)
{
    auto transcript = std::make_shared<TranscriptSnapshot>();
    for (const auto& text : texts)
        transcript->finals.push_back (row (static_cast<int> (transcript->finals.size()), text));
    return transcript;
}

inline std::vector<std::string> textsOf (const plugin::SharedTranscript& transcript)
{
    std::vector<std::string> texts;
    if (transcript != nullptr)
        for (const auto& segment : transcript->finals)
            texts.push_back (segment.text);
    return texts;
}

} // namespace kikitori::test
