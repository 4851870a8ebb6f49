// Planted violations. IncludeTable.cmake must name this line:
#include "Session/TranscriptionSession.h"
// and Safeguards.cmake these:
inline void bad() { std::thread ([] { std::filesystem::exists ("x"); }).detach(); }
