#include "Backend/Training/GradientExchange.h"

#if KIKITORI_HAS_GLOO
    #ifndef USE_C10D_GLOO
        #define USE_C10D_GLOO // libtorch's headers ask for it; Debian's CMake package sets it
    #endif
    #include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
    #include <torch/csrc/distributed/c10d/TCPStore.hpp>
#endif

namespace kikitori::backend
{

#if KIKITORI_HAS_GLOO

namespace
{
constexpr auto meetingLimit = std::chrono::milliseconds (120000);
/** The first process validates and writes a checkpoint while the others wait for it. */
constexpr auto sumLimit = std::chrono::milliseconds (30 * 60000);
} // namespace

struct GradientExchange::Group
{
    explicit Group (c10::intrusive_ptr<c10d::ProcessGroupGloo> g) : gloo (std::move (g)) {}

    c10::intrusive_ptr<c10d::ProcessGroupGloo> gloo;
};

Result<std::unique_ptr<GradientExchange>> GradientExchange::open (const WorkerGroup& workers)
{
    try
    {
        c10d::TCPStoreOptions meeting;
        meeting.port = static_cast<std::uint16_t> (workers.port);
        meeting.isServer = workers.rank == 0;
        meeting.numWorkers = static_cast<std::size_t> (workers.count);
        meeting.timeout = meetingLimit;
        auto store = c10::make_intrusive<c10d::TCPStore> (workers.address, meeting);
        auto options = c10d::ProcessGroupGloo::Options::create (sumLimit);
        const auto isLocal = workers.address == "127.0.0.1" || workers.address == "localhost";
        options->devices.push_back (isLocal ? c10d::ProcessGroupGloo::createDeviceForHostname ("127.0.0.1")
                                            : c10d::ProcessGroupGloo::createDefaultDevice());
        auto gloo = c10::make_intrusive<c10d::ProcessGroupGloo> (std::move (store), workers.rank, workers.count,
                                                                 std::move (options));
        return std::unique_ptr<GradientExchange> (new GradientExchange (std::make_unique<Group> (std::move (gloo))));
    }
    catch (const std::exception& error)
    {
        return Error{ "bad_config", "The " + std::to_string (workers.count)
                                        + " processes of this training did not meet at " + workers.address + ":"
                                        + std::to_string (workers.port) + ": " + error.what() };
    }
}

Result<GradientExchange::Sums> GradientExchange::sum (const std::vector<torch::Tensor>& parameters,
                                                      double loss,
                                                      bool wantsToStop)
{
    const torch::NoGradGuard noGradient;
    std::vector<torch::Tensor> parts;

    for (const auto& parameter : parameters)
        parts.push_back (parameter.grad().defined() ? parameter.grad().flatten()
                                                    : torch::zeros ({ parameter.numel() }));

    parts.push_back (torch::tensor ({ static_cast<float> (loss), wantsToStop ? 1.0f : 0.0f }));
    buffer = torch::cat (parts);

    try
    {
        std::vector<torch::Tensor> tensors{ buffer };
        group->gloo->allreduce (tensors)->wait();
    }
    catch (const std::exception& error)
    {
        return Error{ "workers_lost",
                      std::string ("Another process of this training has gone; start all of them again, "
                                   "they resume from the last checkpoint (")
                          + error.what() + ")" };
    }

    std::int64_t offset = 0;

    for (auto parameter : parameters)
    {
        parameter.mutable_grad() = buffer.narrow (0, offset, parameter.numel()).view (parameter.sizes()).clone();
        offset += parameter.numel();
    }

    return Sums{ buffer[offset].item<double>(), buffer[offset + 1].item<double>() > 0.0 };
}

#else

struct GradientExchange::Group
{
};

Result<std::unique_ptr<GradientExchange>> GradientExchange::open (const WorkerGroup&)
{
    return Error{ "bad_config", "This trainer was built without Gloo, so several processes cannot train together "
                                "(Debian: libgloo-dev)" };
}

Result<GradientExchange::Sums> GradientExchange::sum (const std::vector<torch::Tensor>&, double, bool)
{
    return Error{ "workers_lost", "This trainer was built without Gloo" };
}

#endif

GradientExchange::GradientExchange (std::unique_ptr<Group> groupToUse) : group (std::move (groupToUse)) {}

GradientExchange::~GradientExchange() = default;

} // namespace kikitori::backend
