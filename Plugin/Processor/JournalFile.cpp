#include "Plugin/Processor/JournalFile.h"

#include "Platform/ReadFile.h"
#include "Plugin/Processor/JournalFolder.h"
#include "Plugin/Processor/StoredTranscript.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

namespace kikitori::plugin
{

using Json = nlohmann::json;

namespace
{
constexpr auto formatName = "kikitori-journal";
constexpr int currentVersion = 1;
constexpr std::size_t largestFile = std::size_t{ 1 } << 30;
constexpr std::size_t mostNotes = 100;
constexpr std::size_t mostBaseRows = 4'000'000;

// Numbers of rows that lie in other files, until all are numbered.
constexpr std::int64_t fromBase = -2;
constexpr std::int64_t missingBase = -3; ///< and that are not there any more
constexpr std::uint64_t slack = journalStep; ///< a small file is not compacted

std::string lineOf (const Json& json) { return json.dump (-1, ' ', false, Json::error_handler_t::replace) + "\n"; }

/** The same but for its number. Snapshots share their segments, so that most are told by their place in memory. */
bool isSame (const Segment& a, const Segment& b)
{
    return &a == &b
           || (a.startSample == b.startSample && a.endSample == b.endSample && a.confirmed == b.confirmed
               && a.gapBefore == b.gapBefore && a.text == b.text && a.wallClock == b.wallClock && a.host == b.host
               && a.tokens == b.tokens);
}

/** How many rows both have alike at the beginning. */
std::size_t commonStart (const SegmentList& a, const SegmentList& b)
{
    std::size_t count = 0;

    while (count < a.size() && count < b.size() && isSame (a[count], b[count]))
        ++count;

    return count;
}

std::size_t commonEnd (const SegmentList& a, const SegmentList& b, std::size_t start)
{
    std::size_t count = 0;

    while (start + count < a.size() && start + count < b.size()
           && isSame (a[a.size() - 1 - count], b[b.size() - 1 - count]))
        ++count;

    return count;
}

const SegmentList& rowsOf (const SharedTranscript& transcript)
{
    static const SegmentList none;
    return transcript != nullptr ? transcript->finals : none;
}

std::size_t countAt (const Json& line, const char* key)
{
    const auto found = line.find (key);
    return found != line.end() && found->is_number_unsigned() ? found->get<std::size_t>() : 0;
}

/** Without the first rows. */
SegmentList behind (const SegmentList& rows, std::size_t first)
{
    SegmentList rest;

    for (auto i = first; i < rows.size(); ++i)
        rest.push_back (rows.pointer (i));

    return rest;
}

/** How many of the oldest have to go so that the others fit; the newest stays. */
std::size_t tooMany (const SegmentList& rows, std::uint64_t bytes)
{
    auto first = rows.size();

    for (std::uint64_t taken = 0; first > 0; --first)
    {
        taken += lineOf (storeSegment (rows[first - 1])).size();

        if (taken > bytes && first < rows.size())
            break;
    }

    return first;
}

/** Behind the row; 0 where it is not there. */
std::size_t placeBehind (const SegmentList& rows, const SegmentList::Pointer& row)
{
    for (std::size_t i = 0; row != nullptr && i < rows.size(); ++i)
        if (isSame (rows[i], *row))
            return i + 1;

    return 0;
}

std::string noteLine (const std::string& savedState) { return lineOf ({ { "saved", savedState } }); }

} // namespace

JournalFile::List JournalFile::listOf (const SharedTranscript& transcript)
{
    return { rowsOf (transcript), transcript != nullptr ? storeTakes (*transcript) : Json::array() };
}

/** A line that makes the one list the other; nothing where they are the same. */
std::string JournalFile::changeOf (const List& from, const List& to)
{
    const auto start = commonStart (from.rows, to.rows);
    const auto end = commonEnd (from.rows, to.rows, start);

    if (start + end == from.rows.size() && start + end == to.rows.size() && from.takes == to.takes)
        return {};

    auto rows = Json::array();

    for (auto i = start; i < to.rows.size() - end; ++i)
        rows.push_back (storeSegment (to.rows[i]));

    Json line{ { "at", start }, { "remove", from.rows.size() - start - end }, { "rows", rows } };

    if (from.takes != to.takes)
        line["takes"] = to.takes;

    return lineOf (line);
}

bool hasSameRows (const SharedTranscript& a, const SharedTranscript& b)
{
    const auto &first = rowsOf (a), &second = rowsOf (b);
    return first.size() == second.size() && commonStart (first, second) == first.size();
}

Result<JournalFile> JournalFile::create (const std::filesystem::path& file, SharedTranscript base, JournalRoom room)
{
    auto opened = platform::AppendFile::open (file, platform::Access::ownerOnly, 0);

    if (! opened)
        return opened.error();

    return JournalFile (std::move (opened).value(), std::move (base), std::move (room));
}

JournalFile::JournalFile (platform::AppendFile opened, SharedTranscript rowsElsewhere, JournalRoom roomToUse)
    : output (std::move (opened)), base (std::move (rowsElsewhere)), room (std::move (roomToUse)),
      written (listOf (base))
{
}

/** The lines that every file begins with: what it is, and the rows that it does not hold itself. */
std::string JournalFile::start (bool isShortened) const
{
    Json head{ { "format", formatName }, { "version", currentVersion } };

    if (isShortened)
        head["shortened"] = true;

    auto lines = lineOf (head);

    if (const auto count = rowsOf (base).size(); count > 0)
        lines += lineOf ({ { "at", 0 }, { "remove", 0 }, { "base", count }, { "rows", Json::array() } });

    for (const auto& saved : notes)
        lines += noteLine (saved);

    return lines;
}

Status JournalFile::write (const SharedTranscript& transcript)
{
    auto next = listOf (transcript);

    if (lastLeftOut != nullptr)
    {
        const auto first = placeBehind (next.rows, lastLeftOut);

        // Cleared, or replaced by a later pass: nothing is left out now.
        if (first == 0)
            return compact (std::move (next), nullptr);

        next.rows = behind (next.rows, first);
    }

    const auto lines = changeOf (written, next);

    if (lines.empty())
        return success();

    const auto size = output.size() + lines.size();
    const bool isBloated = compactSize != 0 && size > 2 * compactSize + slack;

    if (isTorn || isBloated || isOverRoom (size))
        return compact (std::move (next), lastLeftOut);

    const bool isFirst = output.size() == 0;

    // One write: a killed process leaves all of a change or, but for a torn line, nothing of it.
    if (auto done = output.append (isFirst ? start (false) + lines : lines); ! done)
    {
        std::error_code trouble;
        isTorn = std::filesystem::file_size (output.path(), trouble) != output.size();
        return done;
    }

    // Rows that were appended are not appended again, even where the disk does not say that it has them.
    written = std::move (next);

    if (isFirst)
        compactSize = output.size();

    return output.sync();
}

bool JournalFile::isOverRoom (std::uint64_t size)
{
    if (! room.bytes || size < askedSize + slack)
        return false;

    askedSize = size;
    return size + slack > room.bytes (size + slack); // it is asked again only so much later
}

/** lastGone: of the rows before these. */
Status JournalFile::compact (List next, SegmentList::Pointer lastGone)
{
    const auto wholeOf = [&] { return start (lastGone != nullptr) + changeOf (listOf (base), next); };
    auto whole = wholeOf();
    std::size_t gone = 0;

    if (const auto most = room.bytes ? room.bytes (whole.size() + slack) : whole.size() + slack; whole.size() + slack > most)
    {
        gone = tooMany (next.rows, most / 2); // so that it is not often

        if (gone > 0)
        {
            lastGone = next.rows.pointer (gone - 1);
            next.rows = behind (next.rows, gone);
            whole = wholeOf();
        }
    }

    if (auto done = platform::writeFile (output.path(), whole, platform::Access::ownerOnly); ! done)
        return done;

    auto reopened = platform::AppendFile::open (output.path());

    if (! reopened)
        return reopened.error();

    output = std::move (reopened).value();
    written = std::move (next);
    lastLeftOut = std::move (lastGone);
    compactSize = askedSize = output.size();
    isTorn = false;

    if (gone > 0 && room.leftOut)
        room.leftOut (gone);

    return success();
}

Status JournalFile::note (const std::string& savedState)
{
    if (! notes.empty() && notes.back() == savedState)
        return success();

    notes.push_back (savedState);

    if (notes.size() > mostNotes)
        notes.pop_front();

    // Before the first words it waits for them. On the disk with the next change, which alone makes it matter.
    return output.size() == 0 ? success() : output.append (noteLine (savedState));
}

Status JournalFile::end()
{
    if (output.size() == 0)
        return success();
    if (auto done = output.append (lineOf ({ { "end", true } })); ! done)
        return done;

    return output.sync();
}

namespace
{
struct ReadList
{
    std::vector<Segment> rows;
    std::vector<TranscriptTake> takes;
};

/** Applies a line to the list. False: it is none of ours. */
bool apply (ReadList& read, const Json& line, const SharedTranscript& baseTranscript)
{
    const auto& base = rowsOf (baseTranscript);
    const auto rows = line.find ("rows");

    if (rows == line.end() || ! rows->is_array())
        return false;

    auto& list = read.rows;
    const auto at = countAt (line, "at"), removed = countAt (line, "remove"), known = countAt (line, "base");

    if (at > list.size() || removed > list.size() - at)
        return false;

    std::vector<Segment> added;

    for (std::size_t i = 0; i < std::min (known, mostBaseRows); ++i)
    {
        added.push_back (i < base.size() ? base[i] : Segment{});
        added.back().id = i < base.size() ? fromBase : missingBase;
    }

    for (const auto& row : *rows)
    {
        auto segment = restoreSegment (row);
        if (! segment)
            return false;
        added.push_back (std::move (*segment));
    }

    if (known > 0 && baseTranscript != nullptr)
        read.takes = baseTranscript->takes;
    if (const auto takes = line.find ("takes"); takes != line.end())
        read.takes = restoreTakes (*takes);

    const auto place = list.begin() + static_cast<std::ptrdiff_t> (at);
    const auto behind = list.erase (place, place + static_cast<std::ptrdiff_t> (removed));
    list.insert (behind, std::make_move_iterator (added.begin()), std::make_move_iterator (added.end()));
    return true;
}

SharedTranscript transcriptOf (ReadList list)
{
    auto& rows = list.rows;
    std::erase_if (rows, [] (const Segment& row) { return row.id == missingBase; });

    if (rows.empty())
        return nullptr;

    auto transcript = std::make_shared<TranscriptSnapshot>();

    for (auto& row : rows)
    {
        row.id = static_cast<std::int64_t> (transcript->finals.size());
        transcript->finals.push_back (std::move (row));
    }

    transcript->takes = std::move (list.takes);
    return transcript;
}
} // namespace

Result<JournalContent> readJournal (const std::filesystem::path& file, const SharedTranscript& base)
{
    const auto text = platform::readFile (file, largestFile);

    if (! text)
        return text.error();

    std::string_view left = text.value();
    ReadList list;
    JournalContent content;
    bool isFirst = true;

    for (auto end = left.find ('\n'); end != left.npos; end = left.find ('\n'))
    {
        const auto line = Json::parse (left.substr (0, end), nullptr, false);
        left.remove_prefix (end + 1);

        if (isFirst && (! line.is_object() || line.value ("format", Json()) != formatName))
            return Error{ "bad_journal", "The file " + file.string() + " is no journal of Kikitori." };

        content.isShortened = content.isShortened || (isFirst && line.value ("shortened", Json()) == true);
        content.hasBase = content.hasBase || (line.is_object() && countAt (line, "base") > 0);
        const bool isEnd = line.is_object() && line.value ("end", Json()) == true;
        content.hasEnded = content.hasEnded || isEnd;
        const auto saved = line.is_object() ? line.value ("saved", Json()) : Json();

        if (saved.is_string())
            content.saved.push_back (saved.get<std::string>());

        content.isDamaged = ! line.is_object() || (! isFirst && ! isEnd && ! saved.is_string() && ! apply (list, line, base));
        isFirst = false;

        if (content.isDamaged)
            break;
    }

    const auto isOfBase = [] (const Segment& row) { return row.id == fromBase; };
    content.hasDroppedBase = content.hasBase && std::none_of (list.rows.begin(), list.rows.end(), isOfBase);
    content.transcript = transcriptOf (std::move (list));
    return content;
}

} // namespace kikitori::plugin
