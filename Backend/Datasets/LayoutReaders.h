/*  The files in which each maker of a data set lists its utterances.

    Threads: pure functions.
    Failure: bad_data names the file and line, and what belongs there.
*/
#pragma once

#include "Backend/Datasets/DatasetLayout.h"

namespace kikitori::backend
{

using Utterances = std::vector<DatasetUtterance>;

/** metadata.csv: id|text|text with numbers in words; wavs/id.wav. */
Status readLjSpeech (const std::filesystem::path& folder, Utterances& utterances);

/** Parts such as basic5000/: transcript_utf8.txt with ID:text, wav/ID.wav. */
Status readJsut (const std::filesystem::path& folder, Utterances& utterances);

/** Splits such as train-clean-100/speaker/chapter/speaker-chapter.trans.txt with "id TEXT", and id.flac beside it. */
Status readLibriSpeech (const std::filesystem::path& folder, Utterances& utterances);

/** train.tsv, dev.tsv, test.tsv with columns client_id, path, sentence; clips/path. */
Status readCommonVoice (const std::filesystem::path& folder, Utterances& utterances);

/** A recording and, beside it, a text file (UTF-8) of the same name with what is said in it: take1.wav, take1.txt. */
Status readTextFiles (const std::filesystem::path& folder, Utterances& utterances);

/** Is there one? */
bool hasTextFiles (const std::filesystem::path& folder);

/** manifest.jsonl: {"audio", "text", "split"?, "speaker"?, "duration"?} a line. */
Status readManifestLines (const std::filesystem::path& file, bool mayBeAbsolute, Utterances& utterances);

} // namespace kikitori::backend
