// A ring that the audio thread writes must not run constructors or free memory.
#include "Realtime/SpscRing.h"

#include <string>

int main()
{
#ifdef MISUSE
    kikitori::SpscRing<std::string> ring (16);
#else
    kikitori::SpscRing<float> ring (16);
#endif
    return static_cast<int> (ring.capacity());
}
