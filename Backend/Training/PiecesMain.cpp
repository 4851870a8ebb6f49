/*  kikitori-pieces: SentencePiece for the trainer, in a process of its own. Debian's libsentencepiece brings a protobuf
    that takes the place of the one that libtorch needs; in one process they crash before main().

    kikitori-pieces MODEL [--learn SIZE] < texts: reads one text a line; with --learn learns at most SIZE pieces from
    them (arXiv 1808.06226) and writes MODEL. Prints {"tokens": [...], "texts": [[ids] or "what no piece holds", ...]}.
    Exit codes: 0, 2 bad arguments, 3 no pieces in these texts, 4 MODEL cannot be read or written.
*/
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <sentencepiece_processor.h>
#include <sentencepiece_trainer.h>

#include <fstream>
#include <iostream>
#include <unordered_map>

namespace
{
using nlohmann::json;

enum ExitCode
{
    done = 0,
    badArguments = 2,
    noPieces = 3,
    badModel = 4
};

class Texts : public sentencepiece::SentenceIterator
{
public:
    explicit Texts (const std::vector<std::string>& textsToRead) : texts (textsToRead) {}

    bool done() const override { return next >= texts.size(); }
    void Next() override { ++next; }
    const std::string& value() const override { return texts[next]; }
    sentencepiece::util::Status status() const override { return {}; }

private:
    const std::vector<std::string>& texts;
    std::size_t next = 0;
};

int fail (const std::string& message, int code)
{
    std::cerr << message << "\n";
    return code;
}

int learn (const std::vector<std::string>& texts, int size, const std::string& file)
{
    // The texts are normalised already; what CTC has no use for (sentence begin, end, padding) gets no piece.
    const std::unordered_map<std::string, std::string> settings{ { "model_type", "unigram" },
                                                                 { "vocab_size", std::to_string (size) },
                                                                 { "hard_vocab_limit", "false" },
                                                                 { "character_coverage", "1.0" },
                                                                 { "normalization_rule_name", "identity" },
                                                                 { "unk_id", "0" },
                                                                 { "bos_id", "-1" },
                                                                 { "eos_id", "-1" },
                                                                 { "pad_id", "-1" },
                                                                 { "num_threads", "1" },
                                                                 { "minloglevel", "2" } };
    Texts iterator (texts);
    std::string model;

    if (texts.empty())
        return fail ("there are no texts", noPieces);

    if (const auto status = sentencepiece::SentencePieceTrainer::Train (settings, &iterator, &model); ! status.ok())
        return fail (status.ToString(), noPieces);

    std::ofstream out (file, std::ios::binary);
    out << model;
    out.close();
    return out ? done : fail (file + " cannot be written", badModel);
}

json encode (const sentencepiece::SentencePieceProcessor& processor, const std::string& text)
{
    std::vector<int> ids;
    std::vector<std::string> pieces;
    processor.Encode (text, &ids).IgnoreError();
    processor.Encode (text, &pieces).IgnoreError();
    std::string unknown;

    for (std::size_t i = 0; i < ids.size(); ++i)
        if (ids[i] == 0)
            unknown += (unknown.empty() ? "" : " ") + pieces[i];

    return unknown.empty() ? json (ids) : json (unknown);
}
} // namespace

int main (int argc, char** argv)
{
    CLI::App app{ "Learns pieces of words from texts and spells texts with them.", "kikitori-pieces" };
    std::string model;
    auto size = 0;
    app.add_option ("model", model, "SentencePiece's model")->required();
    app.add_option ("--learn", size, "Learn at most so many pieces and write the model")->check (CLI::Range (2, 65535));

    try
    {
        app.parse (argc, argv);
    }
    catch (const CLI::ParseError& error)
    {
        return app.exit (error) == 0 ? done : badArguments;
    }

    std::vector<std::string> texts;

    for (std::string line; std::getline (std::cin, line);)
        texts.push_back (line);

    if (size > 0)
        if (const auto code = learn (texts, size, model); code != done)
            return code;

    sentencepiece::SentencePieceProcessor processor;

    if (const auto status = processor.Load (model); ! status.ok())
        return fail (status.ToString(), badModel);

    json result{ { "tokens", json::array ({ "<blank>" }) }, { "texts", json::array() } };

    for (int id = 1; id < processor.GetPieceSize(); ++id)
        result["tokens"].push_back (processor.IdToPiece (id));

    for (const auto& text : texts)
        result["texts"].push_back (encode (processor, text));

    std::cout << result.dump (-1, ' ', false, json::error_handler_t::replace) << "\n";
    return std::cout ? done : badModel;
}
