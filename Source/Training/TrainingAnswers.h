/*  Reads the backend's answers about a training into the view.

    Threads: pure functions.
    Failure: an answer that is not JSON gives an error and changes nothing; fields that are missing stay as they were.
*/
#pragma once

#include "Core/Result.h"
#include "Network/Transport.h"
#include "Protocol/Messages.h"
#include "Training/TrainingMonitor.h"

#include <string>

namespace kikitori
{

/** /api/status: {is_training}. */
Status readStatus (const std::string& body, TrainingView& view);

/** /api/progress. */
Status readProgress (const std::string& body, TrainingView& view);

/** A message pushed over a stream's socket. */
void readPushed (const TrainingMessage& message, TrainingView& view);

/** What an answer that is not 200 says: {"detail": string or array}. */
Error refusal (const std::string& what, const HttpResponse& response);

std::string toJson (const TrainingOrder& order);

} // namespace kikitori
