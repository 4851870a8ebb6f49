#include "Backend/Import/ImportedModel.h"

#include <sentencepiece_processor.h>

namespace kikitori::backend
{

Result<std::vector<std::string>> readSentencePieces (const std::filesystem::path& file)
{
    std::error_code ignored;

    if (! std::filesystem::is_regular_file (file, ignored))
        return Error{ "file_missing", "The tokenizer " + file.string() + " is missing." };

    sentencepiece::SentencePieceProcessor processor;

    if (const auto status = processor.Load (file.string()); ! status.ok())
        return Error{ "model_broken", file.string() + " is no SentencePiece model: " + status.ToString() };

    std::vector<std::string> pieces;

    for (int id = 0; id < processor.GetPieceSize(); ++id)
    {
        // Control pieces and the unknown one are never text.
        auto piece = processor.IsControl (id) || processor.IsUnknown (id) ? std::string() : processor.IdToPiece (id);
        pieces.push_back (std::move (piece));
    }

    return pieces;
}

} // namespace kikitori::backend
