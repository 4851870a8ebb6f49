// Mixtures of estimated models, and pruning; Estimation.cpp has the estimation.
#include "Backend/LanguageModel/Estimation.h"

#include <algorithm>

namespace kikitori::backend
{

namespace
{
/** Makes the probabilities after every history add up to one. */
void normaliseBackoff (NGramTable& table)
{
    for (int order = 2; order <= table.order(); ++order)
    {
        auto& histories = table.orders[static_cast<std::size_t> (order - 2)];
        const auto& entries = table.orders[static_cast<std::size_t> (order - 1)];
        std::size_t next = 0;

        for (auto& history : histories)
        {
            auto taken = 0.0, takenBelow = 0.0;

            for (; next < entries.size() && historyOf (entries[next].key) == history.key; ++next)
            {
                taken += std::exp (static_cast<double> (entries[next].logProbability));
                takenBelow += std::exp (table.logProbability (suffixOf (entries[next].key, order), order - 1));
            }

            history.backoff =
                taken > 0.0
                    ? static_cast<float> (std::log (std::max (1e-6, 1.0 - taken) / std::max (1e-6, 1.0 - takenBelow)))
                    : 0.0f;
        }
    }
}
} // namespace

NGramTable mix (std::span<const NGramTable> tables, std::span<const double> weights)
{
    NGramTable mixed;
    mixed.words = tables.front().words;

    for (int order = 1; order <= tables.front().order(); ++order)
    {
        std::vector<NGramKey> keys;

        for (const auto& table : tables)
            for (const auto& entry : table.orders[static_cast<std::size_t> (order - 1)])
                keys.push_back (entry.key);

        std::sort (keys.begin(), keys.end());
        keys.erase (std::unique (keys.begin(), keys.end()), keys.end());
        auto& entries = mixed.orders.emplace_back();
        entries.reserve (keys.size());

        for (const auto key : keys)
        {
            auto probability = 0.0;

            for (std::size_t i = 0; i < tables.size(); ++i)
                probability += weights[i] * std::exp (tables[i].logProbability (key, order));

            entries.push_back ({ key, static_cast<float> (std::log (probability)), 0.0f });
        }
    }

    normaliseBackoff (mixed);
    return mixed;
}

void prune (NGramTable& table, double threshold)
{
    for (int order = table.order(); order >= 2; --order)
    {
        auto& entries = table.orders[static_cast<std::size_t> (order - 1)];
        std::vector<NGramEntry> kept;

        for (const auto& entry : entries)
        {
            auto joint = static_cast<double> (entry.logProbability);
            auto history = historyOf (entry.key);

            for (int n = order - 1; n >= 1; history = historyOf (history), --n)
                joint += history == sentenceBegin ? 0.0 : table.logProbability (history, n);

            const auto* before = table.find (historyOf (entry.key), order - 1);
            const auto backedOff =
                static_cast<double> (before->backoff) + table.logProbability (suffixOf (entry.key, order), order - 1);
            const auto matters =
                std::exp (joint) * std::abs (static_cast<double> (entry.logProbability) - backedOff) >= threshold;

            // A history of a longer entry that stays must stay too.
            const auto isHistory = [&]
            {
                if (order == table.order())
                    return false;

                const auto& longer = table.orders[static_cast<std::size_t> (order)];
                const auto found = std::lower_bound (longer.begin(), longer.end(), entry.key << 16,
                                                     [] (const auto& e, NGramKey wanted) { return e.key < wanted; });
                return found != longer.end() && historyOf (found->key) == entry.key;
            };

            if (matters || isHistory())
                kept.push_back (entry);
        }

        entries = std::move (kept);
    }

    normaliseBackoff (table);
}

} // namespace kikitori::backend
