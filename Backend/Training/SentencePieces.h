/*  Pieces of words as tokens, by SentencePiece's unigram model (arXiv 1808.06226). Token 0 is CTC's blank and takes the
    place of SentencePiece's unknown piece. The program kikitori-pieces does the work.

    Threads: one at a time for a folder; blocks until the program has ended.
    Failure: bad_data when the texts give no pieces; model_broken for a damaged model; no_pieces_program, disk_failed.
*/
#pragma once

#include "Core/Result.h"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace kikitori::backend
{

/** SentencePiece's model in a checkpoint or model folder. */
inline constexpr auto tokenizerFile = "tokenizer.model";

class SentencePieces
{
public:
    /** Learns at most `size` pieces from normalised texts; the same texts give the same pieces. folder: for files that
        are gone when this returns. */
    static Result<SentencePieces> learn (const std::vector<std::string>& texts,
                                         int size,
                                         const std::filesystem::path& folder);

    /** What serialized() gave. */
    static Result<SentencePieces> load (std::string serialized, const std::filesystem::path& folder);

    /** "<blank>", then the pieces; U+2581 at a piece's begin stands for a space. */
    const std::vector<std::string>& tokens() const noexcept { return pieces; }

    /** Ids of normalised texts by text; error unknown_characters lists those that no piece holds. */
    using Encoded = std::map<std::string, Result<std::vector<int>>>;
    Result<Encoded> encode (const std::vector<std::string>& texts) const;

    const std::string& serialized() const noexcept { return model; }

private:
    SentencePieces() = default;

    std::filesystem::path workFolder;
    std::string model;
    std::vector<std::string> pieces;
};

} // namespace kikitori::backend
