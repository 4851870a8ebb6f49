/*  How long imported models take for a second of audio, on one thread: whole windows, and as streams at each of their
    latencies.

        scripts/make-foreign-fixtures --large FOLDER     (also tells PyTorch's time)
        kikitori-backend --data FOLDER models import FOLDER/...
        foreign_benchmark FOLDER/models/NAME...
*/
#include "Backend/Foreign/AcousticModel.h"

#include <cstdio>
#include <ctime>
#include <random>

using namespace kikitori::backend;

namespace
{
constexpr int rate = 16000;

/** Processor seconds of this thread: the machine may be shared. */
double now()
{
    timespec time{};
    clock_gettime (CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double> (time.tv_sec) + 1e-9 * static_cast<double> (time.tv_nsec);
}

std::vector<float> noise (int seconds)
{
    std::mt19937 random (1);
    std::normal_distribution<float> normal (0.0f, 0.1f);
    std::vector<float> samples (static_cast<std::size_t> (seconds) * rate);
    for (auto& sample : samples)
        sample = normal (random);
    return samples;
}

void measureStream (const AcousticModel& model, int latencyMs)
{
    const auto samples = noise (20);
    const auto stream = model.makeStream (latencyMs);
    std::vector<float> settled;
    stream->reset();
    const auto begun = now();

    for (std::size_t at = 0; at < samples.size(); at += rate / 50)
        stream->push (std::span (samples).subspan (at, rate / 50), settled);

    stream->finish (settled);
    std::printf ("  stream at %4d ms: %.3f\n", latencyMs, (now() - begun) / 20.0);
}
} // namespace

int main (int argc, char** argv)
{
    for (int i = 1; i < argc; ++i)
    {
        const auto model = AcousticModel::load (argv[i]);

        if (! model)
        {
            std::fprintf (stderr, "%s\n", model.error().message.c_str());
            return 1;
        }

        std::printf ("%s, %.1f million parameters; seconds of one thread for a second of audio\n", argv[i],
                     static_cast<double> (model.value()->parameters()) / 1e6);
        const auto window = noise (12);
        static_cast<void> (model.value()->recognise (window));
        const auto begun = now();
        static_cast<void> (model.value()->recognise (window));
        std::printf ("  whole window of 12 s: %.3f\n", (now() - begun) / 12.0);

        for (const auto latency : model.value()->latencyChoices())
            measureStream (*model.value(), latency);
    }
}
