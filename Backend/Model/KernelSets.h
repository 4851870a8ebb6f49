/*  The tables that the files KernelsX.cpp hold, each to be called on a processor that can run it only.

    Threads: any. Failure: none.
*/
#pragma once

#include "Backend/Model/KernelTable.h"

namespace kikitori::backend
{

const KernelTable& portableKernels() noexcept;

#if defined(__x86_64__)
const KernelTable& avx2Kernels() noexcept;   ///< AVX2 and FMA
const KernelTable& avx512Kernels() noexcept; ///< AVX-512 F, BW, DQ, VL and VNNI
#endif

#if defined(__aarch64__)
const KernelTable& neonKernels() noexcept;
const KernelTable& neonDotKernels() noexcept; ///< with the dot product of ARMv8.2
#endif

} // namespace kikitori::backend
