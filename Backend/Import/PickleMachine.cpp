#include "Backend/Import/PickleMachine.h"

namespace kikitori::backend
{

namespace
{
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
} // namespace

Result<PickleValue> PickleMachine::run()
{
    while (! error)
    {
        const auto code = static_cast<char> (take (1)[0]);

        if (error)
            break;
        if (code == '.')
            return stack.empty() || stack.back().kind == Kind::mark ? Result<PickleValue> (damaged()) : stack.back();

        step (code);
    }

    return *error;
}

void PickleMachine::longInteger()
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

void PickleMachine::function()
{
    const auto module = line();
    const auto name = module + "." + line();

    for (const std::string_view known : { tensorFunction, parameterFunction, dictionaryFunction })
        if (name == known)
            return push (Kind::function, 0, known);

    if (const auto type = storageTypes().find (name); type != storageTypes().end())
        return push (Kind::function, 0, type->first);

    error = error ? error : refused ("the Python object " + name.substr (0, 120));
}

/** ("storage", type, key, device, numbers) */
void PickleMachine::storage()
{
    const auto id = pop();
    const auto isList = id.kind == Kind::list && id.items->size() == 5;
    const auto type = isList ? storageTypes().find (std::string ((*id.items)[1].text)) : storageTypes().end();

    if (! isList || (*id.items)[0].text != "storage" || (*id.items)[1].kind != Kind::function
        || type == storageTypes().end() || (*id.items)[2].kind != Kind::text
        || (*id.items)[4].kind != Kind::integer)
    {
        error = error ? error : damaged();
        return;
    }

    PickledTensor tensor;
    tensor.type = type->second;
    tensor.key = (*id.items)[2].text;
    tensor.storageNumbers = (*id.items)[4].integer;
    pushTensor (Kind::storage, std::move (tensor));
}

bool PickleMachine::sizes (const PickleValue& value, std::vector<std::int64_t>& target) const
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
void PickleMachine::reduce()
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
        return push ((*arguments.items)[0]);

    if (called.kind != Kind::function || called.text != tensorFunction || count < 4
        || (*arguments.items)[0].kind != Kind::storage || (*arguments.items)[1].kind != Kind::integer)
    {
        error = damaged();
        return;
    }

    auto tensor = *(*arguments.items)[0].tensor;
    tensor.offset = (*arguments.items)[1].integer;

    if (! sizes ((*arguments.items)[2], tensor.shape) || ! sizes ((*arguments.items)[3], tensor.strides))
    {
        error = damaged();
        return;
    }

    pushTensor (Kind::tensor, std::move (tensor));
}

void PickleMachine::step (char code)
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
            error = error ? error
                          : refused ("the pickle instruction " + std::to_string (static_cast<unsigned char> (code)));
    }
}

} // namespace kikitori::backend
