#include "Backend/Import/Pickle.h"

#include <bit>
#include <cstring>
#include <optional>

namespace kikitori::backend
{

namespace
{
constexpr std::size_t mostValues = 4'000'000;
constexpr std::size_t longestText = 4096;
constexpr const char* tensorFunction = "torch._utils._rebuild_tensor_v2";
constexpr const char* parameterFunction = "torch._utils._rebuild_parameter";
constexpr const char* dictionaryFunction = "collections.OrderedDict";

const std::map<std::string, NumberType>& storageTypes()
{
    static const std::map<std::string, NumberType> types{
        { "torch.FloatStorage", NumberType::f32 },     { "torch.HalfStorage", NumberType::f16 },
        { "torch.BFloat16Storage", NumberType::bf16 }, { "torch.DoubleStorage", NumberType::f64 },
        { "torch.LongStorage", NumberType::i64 },      { "torch.IntStorage", NumberType::i32 },
        { "torch.ShortStorage", NumberType::i16 },     { "torch.CharStorage", NumberType::i8 },
        { "torch.ByteStorage", NumberType::u8 },       { "torch.BoolStorage", NumberType::boolean },
    };
    return types;
}

/** What lies on the stack. Containers are shared, as the memo refers to them. */
struct Value
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
    std::string text;                          ///< also a function's name
    std::shared_ptr<std::vector<Value>> items; ///< of a list; keys and values in turn of a dictionary
    std::shared_ptr<PickledTensor> tensor;     ///< also a storage
};

using Kind = Value::Kind;

class Machine
{
public:
    Machine (std::span<const std::byte> pickle, std::string fileName) : bytes (pickle), file (std::move (fileName)) {}

    Result<Value> run()
    {
        while (! error)
        {
            const auto code = static_cast<char> (take (1)[0]);

            if (error)
                break;
            if (code == '.')
                return stack.empty() || stack.back().kind == Kind::mark ? Result<Value> (damaged()) : stack.back();

            step (code);

            if (! error && (stack.size() > mostValues || memo.size() > mostValues || made > mostValues))
                error = damaged();
        }

        return *error;
    }

private:
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

    std::string text (std::size_t length)
    {
        if (length > longestText)
        {
            error = error ? error : damaged();
            return {};
        }

        const auto* from = take (length);
        return error ? std::string() : std::string (reinterpret_cast<const char*> (from), length);
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

    void push (Kind kind, std::int64_t integer = 0, std::string words = {})
    {
        ++made;
        stack.push_back ({ kind, integer, std::move (words), nullptr, nullptr });
    }

    void pushContainer (Kind kind, std::vector<Value> items = {})
    {
        ++made;
        stack.push_back ({ kind, 0, {}, std::make_shared<std::vector<Value>> (std::move (items)), nullptr });
    }

    Value pop()
    {
        if (stack.empty() || stack.back().kind == Kind::mark)
        {
            error = error ? error : damaged();
            return {};
        }

        auto value = std::move (stack.back());
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

    void longInteger()
    {
        const auto length = number<std::uint8_t>();
        std::uint64_t value = 0;

        if (length > 8)
        {
            error = error ? error : damaged();
            return;
        }

        for (unsigned i = 0; i < length; ++i)
            value |= static_cast<std::uint64_t> (number<std::uint8_t>()) << (8 * i);

        if (length > 0 && length < 8 && (value >> (8u * length - 1u) & 1) != 0)
            value |= ~std::uint64_t{ 0 } << (8 * length);

        push (Kind::integer, static_cast<std::int64_t> (value));
    }

    void function()
    {
        const auto module = line();
        const auto name = module + "." + line();

        if (name == tensorFunction || name == parameterFunction || name == dictionaryFunction
            || storageTypes().contains (name))
            return push (Kind::function, 0, name);

        error = error ? error : refused ("the Python object " + name.substr (0, 120));
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
            stack.push_back (found->second);
        else
            error = error ? error : damaged();
    }

    /** ("storage", type, key, device, numbers) */
    void storage()
    {
        const auto id = pop();
        const auto isList = id.kind == Kind::list && id.items->size() == 5;

        if (! isList || (*id.items)[0].text != "storage" || (*id.items)[1].kind != Kind::function
            || ! storageTypes().contains ((*id.items)[1].text) || (*id.items)[2].kind != Kind::text
            || (*id.items)[4].kind != Kind::integer)
        {
            error = error ? error : damaged();
            return;
        }

        auto tensor = std::make_shared<PickledTensor>();
        tensor->type = storageTypes().at ((*id.items)[1].text);
        tensor->key = (*id.items)[2].text;
        tensor->storageNumbers = (*id.items)[4].integer;
        stack.push_back ({ Kind::storage, 0, {}, nullptr, std::move (tensor) });
    }

    bool sizes (const Value& value, std::vector<std::int64_t>& target) const
    {
        if (value.kind != Kind::list || value.items->size() > 8)
            return false;

        for (const auto& one : *value.items)
        {
            if (one.kind != Kind::integer || one.integer < 0)
                return false;

            target.push_back (one.integer);
        }

        return true;
    }

    /** One of the three known functions, applied to its arguments. */
    void reduce()
    {
        const auto arguments = pop();
        const auto called = pop();
        const auto count = arguments.kind == Kind::list ? arguments.items->size() : 0;

        if (error)
            return;
        if (called.kind == Kind::function && called.text == dictionaryFunction && arguments.kind == Kind::list
            && count == 0)
            return pushContainer (Kind::dictionary);
        if (called.kind == Kind::function && called.text == parameterFunction && count >= 1
            && (*arguments.items)[0].kind == Kind::tensor)
            return stack.push_back ((*arguments.items)[0]);

        if (called.kind != Kind::function || called.text != tensorFunction || count < 4
            || (*arguments.items)[0].kind != Kind::storage || (*arguments.items)[1].kind != Kind::integer)
        {
            error = damaged();
            return;
        }

        auto tensor = std::make_shared<PickledTensor> (*(*arguments.items)[0].tensor);
        tensor->offset = (*arguments.items)[1].integer;

        if (! sizes ((*arguments.items)[2], tensor->shape) || ! sizes ((*arguments.items)[3], tensor->strides))
        {
            error = damaged();
            return;
        }

        stack.push_back ({ Kind::tensor, 0, {}, nullptr, std::move (tensor) });
    }

    void step (char code)
    {
        switch (code)
        {
            case '\x80': // PROTO
                if (number<std::uint8_t>() > 3)
                    error = error ? error : damaged();
                break;
            case '(': push (Kind::mark); break;
            case '}': pushContainer (Kind::dictionary); break;
            case ']':
            case ')': pushContainer (Kind::list); break;
            case 'N': push (Kind::none); break;
            case '\x88': push (Kind::integer, 1); break;
            case '\x89': push (Kind::integer, 0); break;
            case 'J': push (Kind::integer, number<std::int32_t>()); break;
            case 'K': push (Kind::integer, number<std::uint8_t>()); break;
            case 'M': push (Kind::integer, number<std::uint16_t>()); break;
            case '\x8a': longInteger(); break;
            case 'G':
                take (8);
                push (Kind::real);
                break;
            case 'X': push (Kind::text, 0, text (number<std::uint32_t>())); break;
            case 'q': remember (number<std::uint8_t>()); break;
            case 'r': remember (number<std::uint32_t>()); break;
            case 'h': recall (number<std::uint8_t>()); break;
            case 'j': recall (number<std::uint32_t>()); break;
            case 't': pushContainer (Kind::list, popToMark()); break;
            case '\x85': tuple (1); break;
            case '\x86': tuple (2); break;
            case '\x87': tuple (3); break;
            case 'a': append (Kind::list, 1); break;
            case 's': append (Kind::dictionary, 2); break;
            case 'e': extendFromMark (Kind::list); break;
            case 'u': extendFromMark (Kind::dictionary); break;
            case 'b': pop(); break; // attributes of a dictionary (_metadata): of no use here
            case 'c': function(); break;
            case 'Q': storage(); break;
            case 'R': reduce(); break;
            default:
                error = error
                            ? error
                            : refused ("the pickle instruction " + std::to_string (static_cast<unsigned char> (code)));
        }
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
    std::size_t made = 0;
    std::vector<Value> stack;
    std::map<std::uint32_t, Value> memo;
    std::optional<Error> error;
};
} // namespace

Result<std::map<std::string, PickledTensor>> readStateDict (std::span<const std::byte> pickle, const std::string& file)
{
    static_assert (std::endian::native == std::endian::little);
    auto top = Machine (pickle, file).run();

    if (! top)
        return top.error();

    auto dictionary = top.value();

    // A training's checkpoint has its weights one level down.
    if (dictionary.kind == Kind::dictionary)
        for (std::size_t i = 0; i + 1 < dictionary.items->size(); i += 2)
            if ((*dictionary.items)[i].text == "state_dict" && (*dictionary.items)[i + 1].kind == Kind::dictionary)
            {
                const auto inner = (*dictionary.items)[i + 1];
                dictionary = inner;
                break;
            }

    if (dictionary.kind != Kind::dictionary)
        return Error{ "unsafe_pickle", file + " holds no dictionary of tensors. Nothing of it was run." };

    std::map<std::string, PickledTensor> tensors;

    for (std::size_t i = 0; i + 1 < dictionary.items->size(); i += 2)
    {
        const auto& name = (*dictionary.items)[i];
        const auto& value = (*dictionary.items)[i + 1];

        if (name.kind != Kind::text || value.kind != Kind::tensor)
            return Error{ "unsafe_pickle",
                          file + ": \"" + name.text.substr (0, 120)
                              + "\" is no tensor. Nothing of it was run; export the model's state dict." };

        tensors[name.text] = *value.tensor;
    }

    return tensors;
}

} // namespace kikitori::backend
