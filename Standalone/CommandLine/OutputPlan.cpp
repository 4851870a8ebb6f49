#include "Standalone/CommandLine/OutputPlan.h"

#include "Platform/FileWriter.h"
#include "Platform/ReadFile.h"
#include "Platform/StandardInput.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <unistd.h>

namespace kikitori::commandline
{

namespace
{

namespace fs = std::filesystem;

bool isFolder (const std::string& output)
{
    std::error_code ignored;
    return output.ends_with ('/') || fs::is_directory (output, ignored);
}

std::string stemOf (const std::string& input)
{
    if (input == standardStream)
        return "stdin";
    const auto stem = fs::path (input).stem().string();
    return stem.empty() ? "transcript" : stem;
}

/** Where a file system does not tell capitals apart, "Take" and "take" are one file. */
std::string lowerCase (std::string text)
{
    std::transform (text.begin(), text.end(), text.begin(),
                    [] (char c) { return c >= 'A' && c <= 'Z' ? static_cast<char> (c - 'A' + 'a') : c; });
    return text;
}

std::vector<std::string> namesIn (const fs::path& folder, const std::vector<std::string>& inputs, TranscriptFormat format)
{
    const auto ending = "." + std::string (fileExtension (format));
    std::vector<std::string> paths;
    std::set<std::string> taken;

    for (const auto& input : inputs)
    {
        auto name = stemOf (input) + ending;
        for (int n = 2; ! taken.insert (lowerCase (name)).second; ++n)
            name = stemOf (input) + "-" + std::to_string (n) + ending;
        paths.push_back ((folder / name).string());
    }
    return paths;
}

Status makeFolder (const std::string& folder)
{
    std::error_code failed;
    fs::create_directories (folder, failed);
    if (! failed)
        return success();
    return Error{ "write_failed", "The folder " + folder + " could not be made: " + failed.message()
                                      + ". Check its name and permissions or choose another folder." };
}

} // namespace

std::string nameOf (const std::string& input) { return input == standardStream ? "standard input" : input; }

Status checkOutput (const std::string& path, const std::vector<std::string>& inputs)
{
    const auto isSame = [&path] (const std::string& input)
    { return input == standardStream ? platform::isStandardInput (path) : platform::isSameFile (input, path); };

    std::error_code ignored;
    if (fs::is_regular_file (path, ignored))
        if (const auto found = std::find_if (inputs.begin(), inputs.end(), isSame); found != inputs.end())
            return Error{ "same_file", "The output " + path + " is the input " + nameOf (*found) + ". Choose another name." };

    return platform::checkWritable (path);
}

Result<OutputPlan> planOutputs (const std::vector<std::string>& inputs,
                                const std::string& output,
                                const std::string& format)
{
    const auto byName = isFolder (output) ? std::nullopt : transcriptFormatFromFileName (output);
    OutputPlan plan;
    plan.format = transcriptFormatFromName (format).value_or (byName.value_or (TranscriptFormat::text));

    if (output.empty() || output == standardStream)
    {
        if (isBinary (plan.format) && ::isatty (STDOUT_FILENO) != 0)
            return Error{ "bad_option", "This format is no text. Give --output FILE." };
        return plan;
    }

    if (inputs.size() > 1 && byName)
        return Error{ "bad_option", "There are several inputs: --output names a folder. Write " + output
                                        + "/ if it is to have that name." };

    if (inputs.size() > 1 || isFolder (output))
    {
        if (auto made = makeFolder (output); ! made)
            return made.error();
        plan.paths = namesIn (output, inputs, plan.format);
    }
    else
    {
        plan.paths = { output };
    }

    for (const auto& path : plan.paths)
        if (auto checked = checkOutput (path, inputs); ! checked)
            return checked.error();
    return plan;
}

} // namespace kikitori::commandline
