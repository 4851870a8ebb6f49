#include "Backend/Model/SafetensorsFile.h"
#include "Support/Catch.h"

#include <cmath>
#include <cstring>
#include <fstream>
#include <random>
#include <sstream>

#include <unistd.h>

using kikitori::backend::SafetensorsFile;

namespace
{
class TemporaryFile
{
public:
    explicit TemporaryFile (const std::string& bytes)
    {
        std::string name = (std::filesystem::temp_directory_path() / "kikitori-tensors-XXXXXX").string();
        REQUIRE (close (mkstemp (name.data())) == 0);
        path = name;
        std::ofstream (path, std::ios::binary) << bytes;
    }
    ~TemporaryFile() { std::filesystem::remove (path); }

    std::filesystem::path path;
};

std::string file (const std::string& header, const std::string& data)
{
    const std::uint64_t length = header.size();
    std::string bytes (8, '\0');
    std::memcpy (bytes.data(), &length, 8);
    return bytes + header + data;
}

bool opens (const std::string& bytes)
{
    const TemporaryFile temporary (bytes);
    return SafetensorsFile::open (temporary.path).ok();
}
} // namespace

TEST_CASE ("fp16 and int8 tensors are read as floats", "[safetensors]")
{
    const std::string halves ("\x00\x3c\x00\xc0\x01\x00", 6);         // 1, -2, 2^-24
    const std::string scales ("\x00\x00\x00\x3f\x00\x00\x80\x3f", 8); // 0.5, 1
    const TemporaryFile temporary (file (R"({"h":{"dtype":"F16","shape":[3],"data_offsets":[0,6]},)"
                                         R"("q":{"dtype":"I8","shape":[2,1],"data_offsets":[14,16]},)"
                                         R"("q_scale":{"dtype":"F32","shape":[2],"data_offsets":[6,14]}})",
                                         halves + scales + "\x04\xfd"));
    const auto opened = SafetensorsFile::open (temporary.path);
    REQUIRE (opened.ok());
    CHECK (opened.value().read ("h", { 3 }).value() == std::vector<float>{ 1.0f, -2.0f, std::ldexp (1.0f, -24) });
    CHECK (opened.value().read ("q", { 2, 1 }).value() == std::vector<float>{ 2.0f, -3.0f });
    CHECK_FALSE (opened.value().read ("h", { 4 }).ok());
    CHECK_FALSE (opened.value().read ("none", { 1 }).ok());
}

TEST_CASE ("damaged headers are refused", "[safetensors]")
{
    CHECK (opens (file (R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})", "1234")));
    CHECK_FALSE (opens (""));
    CHECK_FALSE (opens ("1234"));
    CHECK_FALSE (opens (file ("{}", "").substr (0, 9)));
    CHECK_FALSE (opens (file (R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})", "123")));
    CHECK_FALSE (opens (file (R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}})", "12345678")));
    CHECK_FALSE (opens (file (R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}})", "12345678")));
    CHECK_FALSE (opens (file (R"({"a":{"dtype":"F99","shape":[1],"data_offsets":[0,4]}})", "1234")));
    CHECK_FALSE (opens (file (R"({"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}})", "1234")));
    CHECK_FALSE (opens (file (R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},)"
                              R"("b":{"dtype":"F32","shape":[1],"data_offsets":[2,6]}})",
                              "12345678")));
}

TEST_CASE ("a file that is cut or written while it is open gives an error and no signal", "[safetensors]")
{
    std::stringstream content;
    content << std::ifstream (KIKITORI_FIXTURES "/tiny_model/model.safetensors", std::ios::binary).rdbuf();
    const TemporaryFile temporary (content.str());
    const auto opened = SafetensorsFile::open (temporary.path);
    REQUIRE (opened.ok());
    const auto& [name, tensor] = *opened.value().all().begin();
    REQUIRE (opened.value().read (name, tensor.shape).ok());

    std::filesystem::resize_file (temporary.path, 4096);
    const auto cut = opened.value().read (name, tensor.shape);
    REQUIRE_FALSE (cut.ok());
    CHECK (cut.error().code == "model_broken");
    CHECK_FALSE (opened.value().bytesOf (tensor).ok());

    std::ofstream (temporary.path, std::ios::binary) << content.str(); // whole again, but another
    CHECK_FALSE (opened.value().read (name, tensor.shape).ok());
    CHECK (SafetensorsFile::open (temporary.path).ok());
}

TEST_CASE ("a model with any byte of its header flipped never crashes, and cut anywhere it is refused", "[safetensors]")
{
    std::stringstream content;
    content << std::ifstream (KIKITORI_FIXTURES "/tiny_model/model.safetensors", std::ios::binary).rdbuf();
    const auto whole = content.str();
    std::mt19937 random (3);

    for (int i = 0; i < 300; ++i)
    {
        auto damaged = whole;
        damaged[random() % 4000] ^= static_cast<char> (1 << random() % 8);
        const TemporaryFile temporary (damaged);
        const auto opened = SafetensorsFile::open (temporary.path);
        if (opened.ok())
            (void) opened.value().read ("encoder.pre_encode.out.weight", { 32, 80 });
    }

    for (int i = 0; i < 50; ++i)
        CHECK_FALSE (opens (whole.substr (0, random() % whole.size())));
}
