/*  The stack machine behind Pickle.h: knows the instructions that describe tensors and no others.

    Threads: one machine belongs to one thread.
    Failure: as Pickle.h says. Bounded: every value that is pushed counts, and texts stay where the pickle has them, so a
    machine takes at most some 150 MB; containers may lie in one another as deep as they like, as nothing walks them.
*/
#pragma once

#include "Backend/Import/Pickle.h"

#include <cstring>
#include <deque>
#include <optional>
#include <string_view>

namespace kikitori::backend
{

/** What lies on the stack. Texts belong to the pickle, containers and tensors to the machine. */
struct PickleValue
{
    enum class Kind
    {
        none,
        mark,
        integer,
        real,
        text,
        list, ///< and tuple
        dictionary,
        function,
        storage,
        tensor
    };

    Kind kind = Kind::none;
    std::int64_t integer = 0;
    std::string_view text{};                   ///< also a function's name
    std::vector<PickleValue>* items = nullptr; ///< of a list; keys and values in turn of a dictionary
    const PickledTensor* tensor = nullptr;     ///< also a storage
};

class PickleMachine
{
public:
    using Value = PickleValue;
    using Kind = Value::Kind;
    /** Pushes in all; a model of a thousand million numbers has some 50,000. */
    static constexpr std::size_t mostValues = 500'000;
    static constexpr std::size_t longestText = 4096;

    PickleMachine (std::span<const std::byte> pickle, std::string fileName)
        : bytes (pickle), file (std::move (fileName))
    {
    }

    PickleMachine (const PickleMachine&) = delete;
    PickleMachine& operator= (const PickleMachine&) = delete;

    /** The value at the pickle's end; it lives as long as the machine and the pickle. */
    Result<Value> run();

private:
    void longInteger();
    void function();
    void storage();
    bool sizes (const PickleValue& value, std::vector<std::int64_t>& target) const;
    void reduce();
    void step (char code);

    Error damaged() const
    {
        return { "model_broken",
                 file + " is damaged at byte " + std::to_string (position) + "; fetch the model again." };
    }

    Error refused (const std::string& what) const
    {
        return { "unsafe_pickle",
                 file + " holds " + what
                     + ", which is no tensor. Nothing of it was run. Ask whoever made it for a file of "
                       "tensors only (a state dict, or safetensors)." };
    }

    /** The next bytes; zeros, and an error, behind the end. */
    const std::byte* take (std::size_t count)
    {
        static constexpr std::byte zeros[8]{};

        if (error || count > bytes.size() - position)
        {
            if (! error)
                error = damaged();
            return zeros;
        }

        const auto* from = bytes.data() + position;
        position += count;
        return from;
    }

    template <typename Number>
    Number number()
    {
        Number value;
        std::memcpy (&value, take (sizeof (value)), sizeof (value));
        return value;
    }

    std::string_view text (std::size_t length)
    {
        if (length > longestText)
        {
            error = error ? error : damaged();
            return {};
        }

        const auto* from = take (length);
        return error ? std::string_view() : std::string_view (reinterpret_cast<const char*> (from), length);
    }

    std::string line()
    {
        std::string result;

        for (;;)
        {
            const auto c = static_cast<char> (take (1)[0]);

            if (error || c == '\n')
                return result;
            if (result.size() >= longestText)
                error = damaged();

            result += c;
        }
    }

    void push (const Value& value)
    {
        if (++pushes > mostValues)
            error = error ? error : refused ("more than " + std::to_string (mostValues) + " values");
        else
            stack.push_back (value);
    }

    void push (Kind kind, std::int64_t integer = 0, std::string_view words = {}) { push (Value{ kind, integer, words }); }

    void pushContainer (Kind kind, std::vector<Value> items = {})
    {
        containers.push_back (std::move (items));
        push (Value{ kind, 0, {}, &containers.back() });
    }

    void pushTensor (Kind kind, PickledTensor tensor)
    {
        tensors.push_back (std::move (tensor));
        push (Value{ kind, 0, {}, nullptr, &tensors.back() });
    }

    Value pop()
    {
        if (stack.empty() || stack.back().kind == Kind::mark)
        {
            error = error ? error : damaged();
            return {};
        }

        const auto value = stack.back();
        stack.pop_back();
        return value;
    }

    /** What was pushed since the last mark, without it. */
    std::vector<Value> popToMark()
    {
        auto first = stack.size();

        while (first > 0 && stack[first - 1].kind != Kind::mark)
            --first;

        if (first == 0)
        {
            error = error ? error : damaged();
            return {};
        }

        std::vector<Value> items (stack.begin() + static_cast<std::ptrdiff_t> (first), stack.end());
        stack.resize (first - 1);
        return items;
    }

    void tuple (std::size_t size)
    {
        std::vector<Value> items (size);

        for (auto i = size; i-- > 0;)
            items[i] = pop();

        pushContainer (Kind::list, std::move (items));
    }

    void extend (Kind kind, std::vector<Value> items)
    {
        if (stack.empty() || stack.back().kind != kind || (kind == Kind::dictionary && items.size() % 2 != 0))
        {
            error = error ? error : damaged();
            return;
        }

        auto& target = *stack.back().items;
        target.insert (target.end(), items.begin(), items.end());
    }

    void remember (std::uint32_t index)
    {
        if (stack.empty() || stack.back().kind == Kind::mark)
            error = error ? error : damaged();
        else
            memo[index] = stack.back();
    }

    void recall (std::uint32_t index)
    {
        if (const auto found = memo.find (index); found != memo.end())
            push (found->second);
        else
            error = error ? error : damaged();
    }

    void append (Kind kind, std::size_t count)
    {
        std::vector<Value> items (count);

        for (auto i = count; i-- > 0;)
            items[i] = pop();

        extend (kind, std::move (items));
    }

    void extendFromMark (Kind kind)
    {
        auto items = popToMark();
        extend (kind, std::move (items));
    }

    const std::span<const std::byte> bytes;
    const std::string file;
    std::size_t position = 0;
    std::size_t pushes = 0;
    std::deque<std::vector<Value>> containers;
    std::deque<PickledTensor> tensors;
    std::vector<Value> stack;
    std::map<std::uint32_t, Value> memo;
    std::optional<Error> error;
};

} // namespace kikitori::backend
