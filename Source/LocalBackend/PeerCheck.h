/*  The question that a peer has to answer before anything else is sent to it: does it know the local backend's token?
    See Protocol/PeerProof.h.

    Threads: any; pure functions.
    Failure: not_proven, told by the connection that the answer was for.
*/
#pragma once

#include "LocalBackend/PrivateFile.h"
#include "Network/Transport.h"

namespace kikitori
{

PeerQuestion questionFor (const RunningBackend& backend);

} // namespace kikitori
