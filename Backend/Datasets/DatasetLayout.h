/*  The utterances of a data set as its makers laid it out: LJSpeech, JSUT, LibriSpeech, Common Voice, texts
    beside recordings (also in a folder for each speaker), or a manifest (ours or NeMo's).

    Threads: pure functions.
    Failure: bad_data names the folder or the file and line, and what belongs there.
*/
#pragma once

#include "Backend/Datasets/LeftOut.h"
#include "Core/Result.h"

#include <filesystem>
#include <string>
#include <vector>

namespace kikitori::backend
{

struct DatasetUtterance
{
    std::filesystem::path audio; ///< relative to the data set's folder
    std::string text;
    std::string speaker;
    std::string split;     ///< train, dev or test
    double duration = 0.0; ///< seconds, 0 when it is not known
};

struct DatasetContent
{
    std::vector<DatasetUtterance> utterances;
    LeftOut leftOut; ///< recordings without a text
};

/** The names that config.yaml may give. */
const std::vector<std::string>& datasetLayouts();

/** The folder in `folder` that holds the data, and its layout: the archives have folders of their own at their top.
    An empty layout: none of those known. */
std::pair<std::filesystem::path, std::string> findLayout (const std::filesystem::path& folder);

/** All utterances, in the order of their files. LJSpeech and JSUT have no official splits: a fiftieth each, chosen by
    the utterances' names, is dev and test. mayBeAbsolute: a manifest's paths, where the folder is its owner's choice.
    Errors: bad_data. */
Result<DatasetContent> readLayout (const std::filesystem::path& folder, const std::string& layout, bool mayBeAbsolute);

/** The utterances of one manifest, whose audio paths are relative to its folder (or absolute, in one that its owner
    names). Errors: bad_data. */
Result<DatasetContent> readManifestFile (const std::filesystem::path& file);

} // namespace kikitori::backend
