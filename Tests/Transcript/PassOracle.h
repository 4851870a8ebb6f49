/*  What a transcript has to be after passes, clearings, loadings, undos and redos: one flat list of words, in which
    each is there or not. Times are stream samples, of the host's timeline too. It knows nothing of segments but which
    words came together.

    Threads: one. Failure: none.
*/
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace kikitori::test
{

class PassOracle
{
public:
    static constexpr std::int64_t edge = 14400; ///< 0.3 s

    struct Range
    {
        std::int64_t begin = 0, end = 0;
    };

    struct Word
    {
        std::string text;
        Range host;
        std::int64_t pass = 0;     ///< 0: the transport stood still
        std::int64_t order = 0;    ///< in which the words were said
        std::int64_t together = 0; ///< which words are a segment, or a piece of one
        bool hasTime = true;
        bool isThere = true;
    };

    /** begin: of the pass; told: what the final tells of, empty while the transport stands still. */
    void add (std::int64_t pass, std::int64_t begin, std::optional<Range> told, const std::vector<Word>& said)
    {
        if (told)
        {
            hear (pass, begin, *told);
            if (! isDeclined (pass))
                take (pass, said);
        }

        words.insert (words.end(), said.begin(), said.end());
    }

    void load (const std::vector<Word>& loaded)
    {
        words = loaded;
        done.clear();
        undone.clear();
        heardPass = 0;
    }

    void clear()
    {
        Edit edit;
        for (std::size_t i = 0; i < words.size(); ++i)
            if (words[i].isThere)
                edit.gone.insert (i);

        if (edit.gone.empty())
            return;

        show (edit.gone, false);
        done.push_back (std::move (edit));
        undone.clear();
    }

    bool undo()
    {
        if (done.empty())
            return false;

        auto edit = std::move (done.back());
        done.pop_back();

        if (! edit.own)
            edit.own = ownWords (edit);

        show (*edit.own, false);
        show (edit.gone, true);
        undone.push_back (std::move (edit));
        return true;
    }

    bool redo()
    {
        if (undone.empty())
            return false;

        auto edit = std::move (undone.back());
        undone.pop_back();
        show (edit.gone, false);
        show (*edit.own, true);
        done.push_back (std::move (edit));
        return true;
    }

    std::string text() const
    {
        std::vector<const Word*> shown;
        for (const auto& word : words)
            if (word.isThere)
                shown.push_back (&word);

        std::stable_sort (shown.begin(), shown.end(),
                          [] (const auto* a, const auto* b) { return a->order < b->order; });

        std::string all;
        for (const auto* word : shown)
            all += word->text + " ";
        return all;
    }

    std::size_t undoable() const { return done.size(); }
    std::size_t redoable() const { return undone.size(); }

private:
    using Indices = std::set<std::size_t>;

    struct Edit
    {
        std::int64_t pass = 0;
        Indices gone;
        std::optional<Indices> own;
    };

    static std::int64_t twiceMiddle (const Range& range) { return range.begin + range.end; }
    static std::int64_t common (const Range& a, const Range& b)
    {
        return std::max<std::int64_t> (0, std::min (a.end, b.end) - std::max (a.begin, b.begin));
    }

    void hear (std::int64_t pass, std::int64_t begin, const Range& range)
    {
        if (pass != heardPass)
        {
            heardPass = pass;
            passBegin = begin;
            heard.clear();
        }

        news = { (heard.empty() ? range.begin : std::min (range.begin, heard.back().end)) - edge, range.end };

        if (! heard.empty() && heard.back().end == range.begin)
            heard.back().end = range.end;
        else
            heard.push_back (range);
    }

    bool isDeclined (std::int64_t pass) const
    {
        return std::any_of (undone.begin(), undone.end(), [pass] (const Edit& edit) { return edit.pass == pass; });
    }

    void take (std::int64_t pass, const std::vector<Word>& said)
    {
        auto successors = said;
        for (const auto& word : words)
            if (word.isThere && word.pass == pass)
                successors.push_back (word);

        // Words that this pass took before belong to their segment still.
        const bool goesOn = ! done.empty() && done.back().pass == pass;
        Indices gone;

        for (std::size_t i = 0; i < words.size(); ++i)
            if (words[i].isThere && words[i].pass > 0 && words[i].pass != pass
                && goes (words[i], segmentOf (i, goesOn ? done.back().gone : Indices()), successors))
                gone.insert (i);

        if (gone.empty())
            return;

        show (gone, false);
        undone.clear();

        if (! goesOn)
            done.push_back ({ pass, {}, {} });

        done.back().gone.insert (gone.begin(), gone.end());
        done.back().own.reset();
    }

    /** From the first to the last word that was in one piece with this one before the pass took any. */
    Range segmentOf (std::size_t index, const Indices& takenBefore) const
    {
        const auto isOneWith = [&] (std::size_t i)
        { return words[i].together == words[index].together && (words[i].isThere || takenBefore.count (i) > 0); };
        auto first = index, last = index;
        while (first > 0 && isOneWith (first - 1))
            --first;
        while (last + 1 < words.size() && isOneWith (last + 1))
            ++last;
        return { words[first].host.begin, words[last].host.end };
    }

    bool goes (const Word& word, const Range& segment, const std::vector<Word>& successors) const
    {
        if (common (word.hasTime ? word.host : segment, news) == 0)
            return false;

        std::int64_t ofSegment = 0;
        bool isMiddleHeard = false, isHeard = false;

        for (const auto& range : heard)
        {
            ofSegment += common (range, segment);
            isMiddleHeard |= twiceMiddle (word.host) >= 2 * range.begin && twiceMiddle (word.host) < 2 * range.end;
            isHeard |= word.host.begin >= range.begin - 48 && word.host.end <= range.end + 48;
        }

        if (! word.hasTime && 2 * ofSegment < segment.end - segment.begin)
            return false;

        const bool isInside = twiceMiddle (word.host) >= 2 * (passBegin + edge)
                              && twiceMiddle (word.host) < 2 * (heard.back().end - edge);
        const auto replaces = [&] (const Word& other)
        {
            return isInside ? common (other.host, word.host) > 0
                            : other.text == word.text
                                  && 2 * common (other.host, word.host) > word.host.end - word.host.begin;
        };
        const bool hasSuccessor = std::any_of (successors.begin(), successors.end(), replaces);
        return isInside ? isMiddleHeard && (isHeard || hasSuccessor) : hasSuccessor;
    }

    /** The pass's words in the places of those it took, and in pauses of a second between them. */
    Indices ownWords (const Edit& edit) const
    {
        Indices own;
        std::vector<Range> places;
        for (const auto i : edit.gone)
            places.push_back (words[i].host);
        std::sort (places.begin(), places.end(), [] (const auto& a, const auto& b) { return a.begin < b.begin; });

        for (std::size_t i = 0; edit.pass > 0 && i < words.size(); ++i)
        {
            if (! words[i].isThere || words[i].pass != edit.pass)
                continue;

            auto until = places.front();
            for (const auto& place : places)
            {
                if (place.begin > until.end + 48000)
                    until = place;
                until.end = std::max (until.end, place.end);
                if (twiceMiddle (words[i].host) >= 2 * until.begin && twiceMiddle (words[i].host) < 2 * until.end)
                    own.insert (i);
            }
        }

        return own;
    }

    void show (const Indices& which, bool areThere)
    {
        for (const auto i : which)
            words[i].isThere = areThere;
    }

    std::vector<Word> words;
    std::vector<Edit> done, undone;
    std::int64_t heardPass = 0, passBegin = 0;
    std::vector<Range> heard;
    Range news;
};

} // namespace kikitori::test
