// A result that may be an error cannot be dropped by mistake.
#include "Core/Result.h"

static kikitori::Status save() { return kikitori::success(); }

int main()
{
#ifdef MISUSE
    save();
    return 0;
#else
    return save().ok() ? 0 : 1;
#endif
}
