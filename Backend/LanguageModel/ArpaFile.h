/*  ARPA files, the text form in which n-gram models are exchanged (SRILM, ngram-format(5)).

    Threads: pure functions.
    Failure: file_missing, model_broken with the line, disk_failed.
*/
#pragma once

#include "Backend/LanguageModel/NGramTable.h"
#include "Core/Result.h"

#include <filesystem>

namespace kikitori::backend
{

/** Reads up to longestNGram words an entry and mostWords words. */
Result<NGramTable> readArpa (const std::filesystem::path& file);

Status writeArpa (const NGramTable& table, const std::filesystem::path& file);

} // namespace kikitori::backend
