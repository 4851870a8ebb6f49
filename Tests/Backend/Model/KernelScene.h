/*  Random numbers for the kernels, and a look at each kind of them that this processor can run. */
#pragma once

#include "Backend/Model/Kernels.h"
#include "Support/Catch.h"

#include <cmath>
#include <random>

namespace kikitori::backend
{

inline std::vector<float> numbers (std::size_t count, unsigned seed, float scale = 1.0f)
{
    std::mt19937 random (seed);
    std::normal_distribution<float> normal (0.0f, scale);
    std::vector<float> values (count);
    for (auto& value : values)
        value = normal (random);
    return values;
}

inline std::size_t area (int a, int b) { return static_cast<std::size_t> (a) * static_cast<std::size_t> (b); }

inline void checkClose (const std::vector<float>& a, const std::vector<float>& b, float margin)
{
    REQUIRE (a.size() == b.size());
    for (std::size_t i = 0; i < a.size(); ++i)
        if (! (std::abs (a[i] - b[i]) <= margin * (1.0f + std::abs (b[i]))))
            FAIL ("value " << i << " is " << a[i] << ", expected " << b[i]);
}

template <typename Function>
void forEachTable (Function function)
{
    for (const auto* table : availableKernels())
    {
        INFO ("kernels: " << table->name);
        function (*table);
    }
}

} // namespace kikitori::backend
