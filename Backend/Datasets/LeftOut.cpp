#include "Backend/Datasets/LeftOut.h"

#include <nlohmann/json.hpp>

namespace kikitori::backend
{

namespace
{
struct Words
{
    const char* key;
    const char* one;
    const char* many;
};

constexpr std::array<Words, LeftOut::reasons> words{ {
    { "unreadable", "recording cannot be read", "recordings cannot be read" },
    { "broken_sample", "recording has samples far beyond full scale", "recordings have samples far beyond full scale" },
    { "silent", "recording is silent", "recordings are silent" },
    { "too_long", "recording is longer than 30 s; cut it at its pauses",
      "recordings are longer than 30 s; cut them at their pauses" },
    { "no_text", "recording has no text", "recordings have no text" },
    { "text_too_long", "recording has more text than fits its time", "recordings have more text than fits their time" },
    { "twice", "recording is there twice", "recordings are there twice" },
    { "in_two_parts", "recording for dev or test is also in train; it counts for train",
      "recordings for dev or test are also in train; they count for train" },
} };
} // namespace

void LeftOut::add (Reason reason, const std::string& name)
{
    auto& group = groups[static_cast<std::size_t> (reason)];
    ++group.count;

    if (group.first.size() < shownNames)
        group.first.push_back (name);
}

void LeftOut::add (const LeftOut& other)
{
    for (std::size_t i = 0; i < reasons; ++i)
    {
        for (const auto& name : other.groups[i].first)
            if (groups[i].first.size() < shownNames)
                groups[i].first.push_back (name);

        groups[i].count += other.groups[i].count;
    }
}

std::uint64_t LeftOut::total() const noexcept
{
    std::uint64_t sum = 0;

    for (const auto& group : groups)
        sum += group.count;

    return sum;
}

std::vector<std::string> LeftOut::sentences() const
{
    std::vector<std::string> all;

    for (std::size_t i = 0; i < reasons; ++i)
    {
        const auto& [count, first] = groups[i];

        if (count == 0)
            continue;

        auto text = std::to_string (count) + " " + (count == 1 ? words[i].one : words[i].many) + ":";

        for (const auto& name : first)
            text += (name == first.front() ? " " : ", ") + name;

        all.push_back (text + (count > first.size() ? ", ..." : "."));
    }

    return all;
}

std::string LeftOut::describe() const
{
    std::string all;

    for (const auto& sentence : sentences())
        all += " " + sentence;

    return all;
}

nlohmann::json LeftOut::toJson() const
{
    auto json = nlohmann::json::object();

    for (std::size_t i = 0; i < reasons; ++i)
        if (groups[i].count > 0)
            json[words[i].key] = { { "count", groups[i].count }, { "first", groups[i].first } };

    return json;
}

} // namespace kikitori::backend
