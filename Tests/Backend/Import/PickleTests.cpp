#include "Backend/Import/Pickle.h"
#include "Support/Catch.h"

#include <string>

using namespace kikitori;
using namespace kikitori::backend;
using namespace std::string_literals;

namespace
{
Result<std::map<std::string, PickledTensor>> read (const std::string& pickle)
{
    return readStateDict (std::as_bytes (std::span (pickle)), "data.pkl");
}

/** One tensor [2, 3] named "w", as torch.save writes it. */
const std::string tensor =
    "ctorch._utils\n_rebuild_tensor_v2\n((X\x07\x00\x00\x00storagectorch\nFloatStorage\nX\x01\x00\x00\x00"s
    "0X\x03\x00\x00\x00"s
    "cpuK\x06tQK\x00K\x02K\x03\x86K\x03K\x01\x86\x89"s
    "ccollections\nOrderedDict\n)RtR"s;
const std::string good = "\x80\x02}X\x01\x00\x00\x00w"s + tensor + "s."s;
} // namespace

TEST_CASE ("A state dict's tensors are read")
{
    const auto tensors = read (good);
    INFO ((tensors ? "" : tensors.error().message));
    REQUIRE (tensors.ok());
    const auto& w = tensors.value().at ("w");
    CHECK (w.type == NumberType::f32);
    CHECK (w.key == "0");
    CHECK (w.storageNumbers == 6);
    CHECK (w.shape == std::vector<std::int64_t>{ 2, 3 });
    CHECK (w.strides == std::vector<std::int64_t>{ 3, 1 });
}

TEST_CASE ("The state dict within a checkpoint is found")
{
    CHECK (read ("\x80\x02}(X\x05\x00\x00\x00"s + "epochK\x05X\x0a\x00\x00\x00"s + "state_dict}X\x01\x00\x00\x00w"s
                 + tensor + "su."s)
               .value()
               .contains ("w"));
}

TEST_CASE ("A pickle that names any other function is refused with its name, and never run")
{
    for (const std::string call : { "cos\nsystem\n", "cposix\nsystem\n", "c__builtin__\neval\n", "cbuiltins\nexec\n",
                                    "ctorch._utils\n_rebuild_parameter_with_state\n", "csubprocess\nPopen\n" })
    {
        const auto failed = read ("\x80\x02"s + call + "X\x09\x00\x00\x00touch /xx\x85R."s);
        REQUIRE_FALSE (failed.ok());
        CHECK (failed.error().code == "unsafe_pickle");
        CHECK (failed.error().message.find (call.substr (1, call.find ('\n') - 1)) != std::string::npos);
        CHECK (failed.error().message.find ("Nothing of it was run") != std::string::npos);
    }
}

TEST_CASE ("A pickle with instructions beyond those of tensors is refused")
{
    // INST, OBJ, NEWOBJ, STACK_GLOBAL, EXT1, and text opcodes of protocol 0
    for (const auto& code : { "(ios\nsystem\n"s, "(o"s, "\x81"s, "\x93"s, "\x82\x01"s, "I1\n"s })
        CHECK (read ("\x80\x02"s + code + "."s).error().code == "unsafe_pickle");
}

TEST_CASE ("A state dict with anything but tensors in it is refused with its key")
{
    const auto failed = read ("\x80\x02}X\x05\x00\x00\x00"s + "epochK\x05s."s);
    CHECK (failed.error().code == "unsafe_pickle");
    CHECK (failed.error().message.find ("epoch") != std::string::npos);
    CHECK (read ("\x80\x02K\x01."s).error().code == "unsafe_pickle");
}

TEST_CASE ("A pickle that is cut off anywhere or has any byte changed is an error or a dictionary, never a crash")
{
    for (std::size_t length = 0; length < good.size(); ++length)
        CHECK_FALSE (read (good.substr (0, length)).ok());

    for (std::size_t at = 0; at < good.size(); ++at)
        for (int value = 0; value < 256; ++value)
        {
            auto changed = good;
            changed[at] = static_cast<char> (value);
            const auto result = read (changed);
            CHECK ((result.ok() || ! result.error().message.empty()));
        }
}

namespace
{
std::string repeated (const std::string& text, std::size_t count)
{
    std::string all;
    all.reserve (text.size() * count);
    for (std::size_t i = 0; i < count; ++i)
        all += text;
    return all;
}
} // namespace

TEST_CASE ("Containers within containers, however deep, end in an error and not in a stack that is too small")
{
    constexpr std::size_t deep = 240'000;
    // Tuples around tuples; lists that are filled after they were put into another one; a list in itself.
    CHECK (read ("\x80\x02)"s + repeated ("\x85", deep) + "."s).error().code == "unsafe_pickle");
    CHECK (read ("\x80\x02"s + repeated ("]"s, deep) + repeated ("a"s, deep - 1) + "."s).error().code == "unsafe_pickle");
    CHECK (read ("\x80\x02]q\x00h\x00"s + "a."s).error().code == "unsafe_pickle");
}

TEST_CASE ("A small pickle cannot ask for much memory")
{
    // 8 MB that recall, copy or keep the same long text would have taken more than 8 GB.
    const auto longText = "X\x00\x10\x00\x00"s + std::string (4096, 'a') + "q\x00"s;
    for (const auto& attack : { repeated ("h\x00"s, 4'000'000), repeated ("("s, 8'000'000),
                                "("s + repeated ("h\x00"s, 2'000'000) + "t"s, repeated ("]"s, 8'000'000) })
    {
        const auto failed = read ("\x80\x02"s + longText + attack + "."s);
        REQUIRE_FALSE (failed.ok());
        CHECK (failed.error().code == "unsafe_pickle");
        CHECK (failed.error().message.find ("500000 values") != std::string::npos);
    }
}
