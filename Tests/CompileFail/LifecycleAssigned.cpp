// The lifecycle changes through its table only: nobody can assign a state.
#include "Session/LifecycleCell.h"

int main()
{
    kikitori::LifecycleCell cell;
#ifdef MISUSE
    cell = kikitori::LifecycleCell();
#else
    (void) cell.apply (kikitori::LifecycleEvent::startRequested);
#endif
}
