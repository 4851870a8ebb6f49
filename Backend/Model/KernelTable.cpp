#include "Backend/Model/KernelTable.h"

#include "Backend/Model/KernelSets.h"

#include <cstdlib>
#include <string_view>

#if defined(__aarch64__) && defined(__linux__)
    #include <sys/auxv.h>
#endif

namespace kikitori::backend
{

std::vector<const KernelTable*> availableKernels()
{
    std::vector<const KernelTable*> found;

#if defined(__x86_64__)
    __builtin_cpu_init();

    if (__builtin_cpu_supports ("avx512f") && __builtin_cpu_supports ("avx512bw") && __builtin_cpu_supports ("avx512dq")
        && __builtin_cpu_supports ("avx512vl") && __builtin_cpu_supports ("avx512vnni"))
        found.push_back (&avx512Kernels());

    if (__builtin_cpu_supports ("avx2") && __builtin_cpu_supports ("fma"))
        found.push_back (&avx2Kernels());
#elif defined(__aarch64__)
    #if defined(__linux__)
    constexpr unsigned long dotProduct = 1ul << 20; // HWCAP_ASIMDDP
    const auto hasDot = (getauxval (AT_HWCAP) & dotProduct) != 0;
    #else
    constexpr auto hasDot = true; // every Mac
    #endif

    if (hasDot)
        found.push_back (&neonDotKernels());

    found.push_back (&neonKernels());
#endif

    found.push_back (&portableKernels());
    return found;
}

const KernelTable& kernels() noexcept
{
    static const auto& chosen = []() -> const KernelTable&
    {
        const auto available = availableKernels();
        const auto* wanted = std::getenv ("KIKITORI_KERNELS");

        for (const auto* table : available)
            if (wanted != nullptr && std::string_view (wanted) == table->name)
                return *table;

        return *available.front();
    }();

    return chosen;
}

} // namespace kikitori::backend
