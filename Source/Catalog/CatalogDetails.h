/*  The parts of a model's entry that need reading of their own: card, training metadata, statistics.

    Threads: pure functions.
    Failure: fields that are missing or odd are left out.
*/
#pragma once

#include "Catalog/CatalogView.h"

#include <nlohmann/json_fwd.hpp>

namespace kikitori
{

ModelCard readCard (const nlohmann::json& entry);

/** training_metadata, training_params, training_start_time and training_end_time of an entry of /api/models. */
void readTraining (const nlohmann::json& entry, CatalogModel& model);

/** A number without needless digits, a text as it is, the rest as JSON; at most 200 bytes. */
std::string shownValue (const nlohmann::json& value);

} // namespace kikitori
