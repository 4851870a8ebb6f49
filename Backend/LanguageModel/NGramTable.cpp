#include "Backend/LanguageModel/NGramTable.h"

#include <algorithm>
#include <utility>

namespace kikitori::backend
{

const NGramEntry* NGramTable::find (NGramKey key, int order) const noexcept
{
    const auto& entries = orders[static_cast<std::size_t> (order - 1)];
    const auto found = std::lower_bound (entries.begin(), entries.end(), key,
                                         [] (const NGramEntry& entry, NGramKey wanted) { return entry.key < wanted; });
    return found != entries.end() && found->key == key ? &*found : nullptr;
}

NGramEntry* NGramTable::find (NGramKey key, int order) noexcept
{
    return const_cast<NGramEntry*> (std::as_const (*this).find (key, order));
}

double NGramTable::logProbability (NGramKey key, int order) const noexcept
{
    auto penalty = 0.0;

    for (;; key = suffixOf (key, order), --order)
    {
        if (const auto* entry = find (key, order))
            return penalty + static_cast<double> (entry->logProbability);

        if (order == 1)
            return penalty + static_cast<double> (orders.front().front().logProbability); // <unk>

        if (const auto* history = find (historyOf (key), order - 1))
            penalty += static_cast<double> (history->backoff);
    }
}

} // namespace kikitori::backend
