/*  kikitori-lm: makes the language model that a model folder's lm.bin holds.

    Threads: one.
    Failure: the message on standard error, exit code 1; 2 for a wrong command line.
*/
#include "Backend/LanguageModel/ArpaFile.h"
#include "Backend/LanguageModel/Estimation.h"
#include "Backend/LanguageModel/NGramModel.h"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <fstream>
#include <numeric>
#include <sstream>

namespace
{
using namespace kikitori;
using namespace kikitori::backend;

struct EstimateOptions
{
    std::vector<std::string> texts, vocabularyTexts;
    std::vector<double> weights;
    std::size_t words = 50000;
    int order = 3;
    double threshold = 0.0;
    std::string out;
};

Result<Text> readText (const std::string& file)
{
    std::ifstream in (file);
    Text text;

    for (std::string line; std::getline (in, line);)
    {
        std::istringstream words (line);
        auto& sentence = text.emplace_back();

        for (std::string word; words >> word;)
            sentence.push_back (word);

        if (sentence.empty())
            text.pop_back();
    }

    if (text.empty())
        return Error{ "file_missing", file + " is missing or holds no sentence (one a line)." };

    return text;
}

Status estimateModel (const EstimateOptions& options)
{
    if (! options.weights.empty() && options.weights.size() != options.texts.size())
        return Error{ "bad_config", "Give one --weight for each --text, or none." };

    std::vector<WeightedText> texts;

    for (std::size_t i = 0; i < options.texts.size(); ++i)
    {
        auto text = readText (options.texts[i]);

        if (! text)
            return text.error();

        const auto& all = options.vocabularyTexts;
        const auto allWords = std::find (all.begin(), all.end(), options.texts[i]) != all.end();
        texts.push_back ({ std::move (text).value(), options.weights.empty() ? 1.0 : options.weights[i], allWords });
    }

    const auto words = chooseVocabulary (texts, options.words);
    const auto total =
        std::accumulate (texts.begin(), texts.end(), 0.0, [] (double sum, const auto& t) { return sum + t.weight; });
    std::vector<NGramTable> tables;
    std::vector<double> weights;

    for (auto& text : texts)
    {
        tables.push_back (estimate (text.sentences, words, options.order));
        weights.push_back (text.weight / total);
        text.sentences.clear();
    }

    auto table = tables.size() == 1 ? std::move (tables.front()) : mix (tables, weights);

    if (options.threshold > 0.0)
        prune (table, options.threshold);

    for (const auto& entries : table.orders)
        std::printf ("%zu ", entries.size());

    std::printf ("entries\n");
    return options.out.ends_with (".arpa") ? writeArpa (table, options.out) : NGramModel::write (table, options.out);
}

Status packModel (const std::string& arpa, const std::string& out)
{
    const auto table = readArpa (arpa);
    return table ? NGramModel::write (table.value(), out) : Status (table.error());
}

Status measure (const std::string& file, const std::string& textFile)
{
    const auto loaded = NGramModel::load (file);
    const auto text = readText (textFile);

    if (! loaded || ! text)
        return loaded ? text.error() : loaded.error();

    const auto& model = *loaded.value();
    std::map<std::string, WordId> ids;

    for (std::size_t i = 0; i < model.words().size(); ++i)
        ids.emplace (model.words()[i], static_cast<WordId> (i));

    auto logarithm = 0.0;
    std::size_t predicted = 0, unknown = 0;

    for (const auto& sentence : text.value())
    {
        auto context = model.atBegin();

        for (std::size_t i = 0; i <= sentence.size(); ++i)
        {
            const auto found = i < sentence.size() ? ids.find (sentence[i]) : ids.find ("</s>");
            const auto word = found == ids.end() ? unknownWord : found->second;
            unknown += word == unknownWord ? 1 : 0;
            logarithm += static_cast<double> (model.score (context, word, context));
            ++predicted;
        }
    }

    std::printf ("perplexity %.1f, unknown words %.2f %% of %zu\n",
                 std::exp (-logarithm / static_cast<double> (predicted)),
                 100.0 * static_cast<double> (unknown) / static_cast<double> (predicted), predicted);
    return success();
}
} // namespace

int main (int argc, char** argv)
{
    CLI::App app{ "Makes and measures n-gram language models for Kikitori.", "kikitori-lm" };
    app.require_subcommand (1);
    EstimateOptions options;
    std::string in, out;

    auto* estimating = app.add_subcommand ("estimate", "Estimate a model from texts, one normalised sentence a line");
    estimating->add_option ("--text", options.texts, "A text; several are mixed")->required();
    estimating->add_option ("--weight", options.weights, "Weight of each text in the mixture");
    estimating->add_option ("--all-words-of", options.vocabularyTexts, "A --text whose words are all known");
    estimating->add_option ("--words", options.words, "Size of the vocabulary")->capture_default_str();
    estimating->add_option ("--order", options.order, "Longest n-gram")
        ->check (CLI::Range (2, longestNGram))
        ->capture_default_str();
    estimating->add_option ("--prune", options.threshold, "Leave out what matters less (1e-8: little, 1e-7: much)");
    estimating->add_option ("--out", options.out, "FILE.arpa, or lm.bin for a model folder")->required();

    auto* packing = app.add_subcommand ("pack", "Make lm.bin from an ARPA file");
    packing->add_option ("arpa", in, "ARPA file")->required();
    packing->add_option ("--out", out, "File to write")->required();

    auto* measuring = app.add_subcommand ("measure", "Perplexity of a text");
    measuring->add_option ("model", in, "lm.bin")->required();
    measuring->add_option ("--text", out, "A text")->required();

    try
    {
        app.parse (argc, argv);
    }
    catch (const CLI::ParseError& error)
    {
        return app.exit (error) == 0 ? 0 : 2;
    }

    const auto done = *estimating ? estimateModel (options) : *packing ? packModel (in, out) : measure (in, out);

    if (! done)
        std::fprintf (stderr, "kikitori-lm: %s\n", done.error().message.c_str());

    return done ? 0 : 1;
}
