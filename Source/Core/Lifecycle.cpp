#include "Core/Lifecycle.h"

namespace kikitori
{

const char* toString (LifecycleState state) noexcept
{
    switch (state)
    {
        case LifecycleState::idle: return "Idle";
        case LifecycleState::starting: return "Starting";
        case LifecycleState::active: return "Active";
        case LifecycleState::stopping: return "Stopping";
    }

    return "unknown";
}

} // namespace kikitori
