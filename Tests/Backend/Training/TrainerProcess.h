// The program kikitori-trainer with pipes, as the backend runs it; killed at the end if it still runs.
#pragma once

#include "Backend/Training/TrainingFixture.h"
#include "Support/Catch.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

extern char** environ;

namespace kikitori::test
{

using nlohmann::json;

class TrainerProcess
{
public:
    explicit TrainerProcess (std::vector<std::string> arguments, const std::vector<std::string>& environment = {})
    {
        std::vector<char*> variables;

        for (const auto& variable : environment)
            variables.push_back (const_cast<char*> (variable.c_str()));

        for (auto** variable = environ; *variable != nullptr; ++variable)
            variables.push_back (*variable);

        variables.push_back (nullptr);
        int in[2], out[2];
        REQUIRE (::pipe2 (in, O_CLOEXEC) == 0);
        REQUIRE (::pipe2 (out, O_CLOEXEC) == 0);
        posix_spawn_file_actions_t actions;
        ::posix_spawn_file_actions_init (&actions);
        ::posix_spawn_file_actions_adddup2 (&actions, in[0], 0);
        ::posix_spawn_file_actions_adddup2 (&actions, out[1], 1);
        arguments.insert (arguments.begin(), KIKITORI_BIN "/kikitori-trainer");
        std::vector<char*> pointers;

        for (auto& argument : arguments)
            pointers.push_back (argument.data());

        pointers.push_back (nullptr);
        REQUIRE (::posix_spawn (&child, pointers[0], &actions, nullptr, pointers.data(), variables.data()) == 0);
        ::posix_spawn_file_actions_destroy (&actions);
        ::close (in[0]);
        ::close (out[1]);
        input = in[1];
        output = out[0];
    }

    ~TrainerProcess()
    {
        closeInput();
        ::close (output);

        if (child > 0)
        {
            ::kill (child, SIGKILL);
            ::waitpid (child, nullptr, 0);
        }
    }

    TrainerProcess (const TrainerProcess&) = delete;
    TrainerProcess& operator= (const TrainerProcess&) = delete;

    /** The next message; null at the end or when none comes in time. */
    json next()
    {
        for (;;)
        {
            if (const auto end = buffer.find ('\n'); end != std::string::npos)
            {
                auto message = json::parse (buffer.substr (0, end));
                buffer.erase (0, end + 1);
                return message;
            }

            char bytes[4096];
            pollfd watched{ output, POLLIN, 0 };

            if (::poll (&watched, 1, patience) <= 0)
                return nullptr;

            const auto count = ::read (output, bytes, sizeof (bytes));

            if (count <= 0)
                return nullptr;

            buffer.append (bytes, static_cast<std::size_t> (count));
        }
    }

    json waitFor (const std::string& type)
    {
        json last;

        for (auto message = next(); ! message.is_null(); message = next())
        {
            if (message["type"] == type)
                return message["payload"];
            last = message;
        }

        FAIL ("no " << type << ", the last was " << last);
        return nullptr;
    }

    /** Reads to the end of the output, and gives the last status's word. */
    std::string lastStatus()
    {
        std::string last;

        for (auto message = next(); ! message.is_null(); message = next())
            if (message["type"] == "status")
                last = message["payload"]["status"].get<std::string>();

        return last;
    }

    void write (const std::string& text) const
    {
        CHECK (::write (input, text.data(), text.size()) == static_cast<ssize_t> (text.size()));
    }

    void closeInput()
    {
        if (input >= 0)
            ::close (input);

        input = -1;
    }

    void signal (int number) const { ::kill (child, number); }

    int exitCode()
    {
        auto status = 0;
        ::waitpid (child, &status, 0);
        child = -1;
        return WIFEXITED (status) ? WEXITSTATUS (status) : -WTERMSIG (status);
    }

private:
    static constexpr int patience = 60000; // milliseconds

    pid_t child = -1;
    int input = -1, output = -1;
    std::string buffer;
};

} // namespace kikitori::test
