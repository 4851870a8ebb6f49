/*  Small archives and corpora in the layouts of the real ones. */
#pragma once

#include "Support/TemporaryFolder.h"

#include <utility>
#include <vector>

#include <archive.h>
#include <archive_entry.h>

namespace kikitori::testing
{

struct Entry
{
    std::string name, content;
    std::string link{};     ///< a symbolic link to that
    std::string hardLink{}; ///< a hard link to that
};

/** A tar.gz, or a ZIP. */
inline std::string pack (const std::vector<Entry>& entries, bool isZip = false)
{
    std::string packed (4u << 20, '\0');
    std::size_t used = 0;
    auto* writer = archive_write_new();

    if (isZip)
    {
        archive_write_set_format_zip (writer);
    }
    else
    {
        archive_write_set_format_gnutar (writer);
        archive_write_add_filter_gzip (writer);
    }

    REQUIRE (archive_write_open_memory (writer, packed.data(), packed.size(), &used) == ARCHIVE_OK);

    for (const auto& one : entries)
    {
        auto* entry = archive_entry_new();
        archive_entry_set_pathname (entry, one.name.c_str());
        archive_entry_set_perm (entry, 0644);
        archive_entry_set_filetype (entry, one.link.empty() ? AE_IFREG : AE_IFLNK);
        archive_entry_set_size (
            entry, one.link.empty() && one.hardLink.empty() ? static_cast<la_int64_t> (one.content.size()) : 0);
        if (! one.link.empty())
            archive_entry_set_symlink (entry, one.link.c_str());
        if (! one.hardLink.empty())
            archive_entry_set_hardlink (entry, one.hardLink.c_str());
        REQUIRE (archive_write_header (writer, entry) == ARCHIVE_OK);
        if (one.link.empty() && one.hardLink.empty())
            archive_write_data (writer, one.content.data(), one.content.size());
        archive_entry_free (entry);
    }

    archive_write_close (writer);
    archive_write_free (writer);
    packed.resize (used);
    return packed;
}

/** Each number is another sound, as far as samples go. */
inline std::string tone (int number = 0)
{
    constexpr std::size_t someSample = 2000;
    std::ifstream in (KIKITORI_FIXTURES "/audio/tone.wav", std::ios::binary);
    std::string bytes{ std::istreambuf_iterator<char> (in), {} };
    bytes[someSample] = static_cast<char> (number);
    bytes[someSample + 1] = static_cast<char> (number >> 8);
    return bytes;
}

/** LJSpeech with so many utterances. */
inline std::vector<Entry> ljSpeech (int count)
{
    std::vector<Entry> entries{ { "LJSpeech-1.1/README", "public domain" } };
    std::string table;

    for (int i = 0; i < count; ++i)
    {
        const auto id = "LJ001-" + std::to_string (1000 + i);
        table += id + "|Chapter 1|chapter one\n";
        entries.push_back ({ "LJSpeech-1.1/wavs/" + id + ".wav", tone (i) });
    }

    entries.push_back ({ "LJSpeech-1.1/metadata.csv", table });
    return entries;
}

/** Writes entries as files below a folder. */
inline void unpackTo (const std::filesystem::path& folder, const std::vector<Entry>& entries)
{
    for (const auto& one : entries)
    {
        std::filesystem::create_directories ((folder / one.name).parent_path());
        std::ofstream (folder / one.name, std::ios::binary) << one.content;
    }
}

} // namespace kikitori::testing
