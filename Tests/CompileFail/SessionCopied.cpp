// A session has one owner.
#include "Session/TranscriptionSession.h"

void use (kikitori::TranscriptionSession& session)
{
#ifdef MISUSE
    auto copy = session;
#else
    auto& copy = session;
#endif
    copy.stop();
}
