/*  The files in which each maker of a data set lists its utterances.

    Byte order marks do not count; ids may hold their file's ending.

    Threads: pure functions.
    Failure: bad_data names the file and line, and what belongs there; a text that is not UTF-8 is refused with the
    encoding that it probably has.
*/
#pragma once

#include "Backend/Datasets/DatasetLayout.h"

namespace kikitori::backend
{

/** metadata.csv: id|text|text with numbers in words; wavs/id.wav. */
Status readLjSpeech (const std::filesystem::path& folder, DatasetContent& content);

/** Parts such as basic5000/: transcript_utf8.txt with ID:text, wav/ID.wav. */
Status readJsut (const std::filesystem::path& folder, DatasetContent& content);

/** Splits such as train-clean-100/speaker/chapter/speaker-chapter.trans.txt with "id TEXT", and id.flac beside it. */
Status readLibriSpeech (const std::filesystem::path& folder, DatasetContent& content);

/** train.tsv, dev.tsv, test.tsv with columns client_id, path, sentence; clips/path. */
Status readCommonVoice (const std::filesystem::path& folder, DatasetContent& content);

/** How many folders deep recordings of speakers may lie. */
inline constexpr int deepestSpeaker = 4;

/** A recording and, beside it, a text file (UTF-8) of the same name with what is said in it: take1.wav, take1.txt. A
    folder in the folder is a speaker. */
Status readTextFiles (const std::filesystem::path& folder, DatasetContent& content);

/** Is there one, at most so many folders deep? */
bool hasTextFiles (const std::filesystem::path& folder, int depth);

/** The manifests of a folder and the split that each one's name gives: manifest.jsonl, manifest.json, and NeMo's
    train_manifest.json, dev_manifest.json (also validation) and test_manifest.json. */
std::vector<std::pair<std::filesystem::path, std::string>> manifestsIn (const std::filesystem::path& folder);

Status readManifests (const std::filesystem::path& folder, bool mayBeAbsolute, DatasetContent& content);

/** {"audio" or NeMo's "audio_filepath", "text", "split"?, "speaker"?, "duration"?} a line. split: of lines without. */
Status readManifestLines (const std::filesystem::path& file,
                          const std::string& split,
                          bool mayBeAbsolute,
                          DatasetContent& content);

} // namespace kikitori::backend
