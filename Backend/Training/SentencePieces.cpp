#include "Backend/Training/SentencePieces.h"

#include <nlohmann/json.hpp>

#include <cstring>
#include <fstream>
#include <iterator>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace kikitori::backend
{

namespace
{
namespace fs = std::filesystem;
using nlohmann::json;
constexpr int exitNoPieces = 3;

/** A folder below another one, gone at the end. */
class WorkFolder
{
public:
    explicit WorkFolder (const fs::path& parent)
    {
        std::error_code ignored;
        fs::create_directories (parent, ignored);
        auto name = (parent / "pieces-XXXXXX").string();
        isMade = ::mkdtemp (name.data()) != nullptr;
        path = name;
    }

    ~WorkFolder()
    {
        std::error_code ignored;
        fs::remove_all (path, ignored);
    }

    WorkFolder (const WorkFolder&) = delete;
    WorkFolder& operator= (const WorkFolder&) = delete;

    fs::path path;
    bool isMade = false;
};

/** Beside this program, or where the build puts programs. */
fs::path program()
{
    std::error_code ignored;
    const auto own = fs::read_symlink ("/proc/self/exe", ignored).parent_path();

    for (const auto& candidate : { own / "kikitori-pieces", own / ".." / "bin" / "kikitori-pieces" })
        if (::access (candidate.c_str(), X_OK) == 0)
            return candidate;

    return {};
}

std::string contentOf (const fs::path& file)
{
    std::ifstream in (file, std::ios::binary);
    return { std::istreambuf_iterator<char> (in), {} };
}

Status write (const fs::path& file, const std::string& content)
{
    std::ofstream out (file, std::ios::binary);
    out << content;
    out.close();
    return out ? success() : Status (Error{ "disk_failed", file.string() + " cannot be written" });
}

/** Runs kikitori-pieces with files for its input and output; gives its exit code, or -1. */
int run (const fs::path& executable, const fs::path& folder, const std::string& size)
{
    const auto model = (folder / tokenizerFile).string(), in = (folder / "texts").string(),
               out = (folder / "out.json").string(), errors = (folder / "errors").string();
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init (&actions);
    posix_spawn_file_actions_addopen (&actions, STDIN_FILENO, in.c_str(), O_RDONLY, 0);
    posix_spawn_file_actions_addopen (&actions, STDOUT_FILENO, out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    posix_spawn_file_actions_addopen (&actions, STDERR_FILENO, errors.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    std::vector<std::string> words{ executable.string(), model };

    if (! size.empty())
        words.insert (words.end(), { "--learn", size });

    std::vector<char*> arguments;

    for (auto& word : words)
        arguments.push_back (word.data());

    arguments.push_back (nullptr);
    pid_t child = 0;
    const auto code = posix_spawn (&child, words.front().c_str(), &actions, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy (&actions);
    auto status = 0;

    if (code != 0 || ::waitpid (child, &status, 0) != child || ! WIFEXITED (status))
        return -1;

    return WEXITSTATUS (status);
}

struct Answer
{
    json output;
    std::string model;
};

Result<Answer> ask (const fs::path& parent, const std::vector<std::string>& texts, const std::string& model, int size)
{
    const auto executable = program();

    if (executable.empty())
        return Error{ "no_pieces_program", "kikitori-pieces is not beside kikitori-trainer; install it, or choose "
                                           "another vocabulary" };

    const WorkFolder folder (parent);
    std::string lines;

    for (const auto& text : texts)
        lines += text + "\n";

    auto written = write (folder.path / "texts", lines);

    if (written && ! model.empty())
        written = write (folder.path / tokenizerFile, model);

    if (! written)
        return written.error();

    const auto code = run (executable, folder.path, size > 0 ? std::to_string (size) : "");

    if (code != 0)
        return Error{ code == exitNoPieces ? "bad_data" : "model_broken",
                      (code == exitNoPieces ? "SentencePiece finds no pieces in the training texts: "
                                            : "SentencePiece cannot use its model: ")
                          + contentOf (folder.path / "errors").substr (0, 500) };

    Answer answer{ json::parse (contentOf (folder.path / "out.json"), nullptr, false),
                   contentOf (folder.path / tokenizerFile) };

    if (! answer.output.is_object() || answer.output.value ("texts", json::array()).size() != texts.size())
        return Error{ "model_broken", "kikitori-pieces gave no answer that can be read" };

    return answer;
}
} // namespace

Result<SentencePieces> SentencePieces::learn (const std::vector<std::string>& texts, int size, const fs::path& folder)
{
    auto answer = ask (folder, texts, {}, size);

    if (! answer)
        return answer.error();

    SentencePieces made;
    made.workFolder = folder;
    made.model = std::move (answer.value().model);
    made.pieces = answer.value().output["tokens"].get<std::vector<std::string>>();
    return made;
}

Result<SentencePieces> SentencePieces::load (std::string serialized, const fs::path& folder)
{
    auto answer = ask (folder, {}, serialized, 0);

    if (! answer)
        return answer.error();

    SentencePieces made;
    made.workFolder = folder;
    made.model = std::move (serialized);
    made.pieces = answer.value().output["tokens"].get<std::vector<std::string>>();
    return made;
}

Result<SentencePieces::Encoded> SentencePieces::encode (const std::vector<std::string>& texts) const
{
    auto answer = ask (workFolder, texts, model, 0);

    if (! answer)
        return answer.error();

    Encoded encoded;
    std::size_t i = 0;

    for (const auto& text : answer.value().output["texts"])
    {
        if (text.is_array())
            encoded.insert_or_assign (texts[i], text.get<std::vector<int>>());
        else
            encoded.insert_or_assign (texts[i], Error{ "unknown_characters", text.get<std::string>() });

        ++i;
    }

    return encoded;
}

} // namespace kikitori::backend
