#include "Backend/Decoding/StreamJob.h"

namespace kikitori::backend
{

void advance (std::span<StreamJob> jobs)
{
    for (auto& job : jobs)
    {
        for (; ! job.work.empty(); job.work.pop_front())
        {
            const auto& work = job.work.front();

            switch (work.kind)
            {
                case StreamWork::Kind::audio: job.stream->push (work.samples, job.events); break;
                case StreamWork::Kind::flush: job.stream->flush (job.events); break;
                case StreamWork::Kind::gap: job.stream->gap (work.gapSamples, job.events); break;

                case StreamWork::Kind::drain: job.cutOff = job.events.size(); [[fallthrough]];
                case StreamWork::Kind::stop:
                    job.stream->flush (job.events);
                    job.stopped = true;
                    break;
            }
        }
    }
}

} // namespace kikitori::backend
