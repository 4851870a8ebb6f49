/*  A folder of its own for one test, gone with it. */
#pragma once

#include "Support/Catch.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

class TemporaryFolder
{
public:
    TemporaryFolder()
    {
        std::string name = (std::filesystem::temp_directory_path() / "kikitori-test-XXXXXX").string();
        REQUIRE (mkdtemp (name.data()) != nullptr);
        path = name;
    }
    ~TemporaryFolder() { std::filesystem::remove_all (path); }
    TemporaryFolder (const TemporaryFolder&) = delete;
    TemporaryFolder& operator= (const TemporaryFolder&) = delete;

    std::filesystem::path write (const std::string& name, const std::string& content) const
    {
        std::ofstream (path / name) << content;
        return path / name;
    }

    std::filesystem::path path;
};
