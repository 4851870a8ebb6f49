/*  A session with the tiny model and without sockets or threads: posted and computed tasks run in step(). */
#pragma once

#include "Backend/Serving/StreamSession.h"
#include "Support/Catch.h"

#include <cstring>
#include <random>

namespace kikitori::backend
{

class StreamScene
{
public:
    StreamScene()
    {
        StreamSession::Services services;
        services.send = [this] (std::string text)
        {
            const auto parsed = parseServerMessage (text);
            REQUIRE (parsed.ok());
            messages.push_back (parsed.value());
        };
        services.close = [this] (int code, const std::string&) { closeCode = code; };
        services.setReading = [this] (bool mayRead) { isReading = mayRead; };
        services.post = [this] (std::function<void()> task) { tasks.push_back (std::move (task)); };
        services.compute = services.post;
        services.decode = [this] (StreamJob job, auto done)
        {
            tasks.push_back (
                [job, done]() mutable
                {
                    advance (std::span (&job, 1));
                    done (std::move (job));
                });
        };
        services.loadModel = [this] (const std::string& name, const std::string& language, auto callback)
        {
            languages.push_back (language);
            if (name != "conformer" && name != "realtime")
                return callback (Error{ "unknown_model", "There is no model " + name });
            finishLoading = [callback]
            { callback (RecognizerModel::load (KIKITORI_FIXTURES "/tiny_model", Precision::fp32)); };
            if (! holdsLoading)
                finishLoading();
        };
        services.makeStream = [this] (auto model, auto options)
        {
            ++made;
            return RecognizerStream::create (model, options);
        };
        services.chunkMsOf = [] (const std::string& name) { return name == "realtime" ? 80 : 0; };
        services.claimSession = [this] (const std::string&) { return hasRoom; };
        services.now = [this] { return now; };
        session = std::make_shared<StreamSession> (services, ServingLimits{});
    }

    void step()
    {
        while (! tasks.empty())
            stepOnce();
    }

    void stepOnce()
    {
        const auto task = std::move (tasks.front());
        tasks.pop_front();
        task();
    }

    void text (const std::string& json)
    {
        session->onText (json);
        step();
    }

    void audio (std::size_t samples)
    {
        std::normal_distribution<float> normal (0.0f, 0.1f);
        std::string frame (samples * 4, '\0');
        for (std::size_t i = 0; i < samples; ++i)
        {
            const auto sample = normal (random);
            std::memcpy (frame.data() + 4 * i, &sample, 4);
        }
        session->onBinary (frame);
        step();
    }

    template <typename Message>
    std::vector<Message> all() const
    {
        std::vector<Message> found;
        for (const auto& message : messages)
            if (const auto* wanted = std::get_if<Message> (&message))
                found.push_back (*wanted);
        return found;
    }

    std::string errorCode() const
    {
        const auto errors = all<ErrorMessage>();
        return errors.empty() ? "" : errors.back().code;
    }

    std::shared_ptr<StreamSession> session;
    std::vector<ServerMessage> messages;
    std::deque<std::function<void()>> tasks;
    std::function<void()> finishLoading;
    std::chrono::steady_clock::time_point now;
    std::mt19937 random{ 9 };
    int closeCode = 0;
    int made = 0; ///< recognisers
    bool isReading = true;
    std::vector<std::string> languages; ///< that models were loaded for
    bool holdsLoading = false;
    bool hasRoom = true;
};

} // namespace kikitori::backend
