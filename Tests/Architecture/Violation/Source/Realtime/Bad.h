// A planted violation: Realtime knows no sibling. IncludeTable.cmake must name this line.
#include "Session/TranscriptionSession.h"
