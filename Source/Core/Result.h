/*  Value-or-error, for everything that can fail because of what comes from outside.

    Threads: plain values, no shared state.
    Failure: an Error says what went wrong, where, and what to do about it; its code is one of the
    protocol's (Docs/Protocol.md) or of this program's own short names, for tests and exit codes.
*/
#pragma once

#include <string>
#include <utility>
#include <variant>

namespace kikitori
{

struct Error
{
    std::string code;    ///< stable, machine readable: "file_missing", "unknown_model", ...
    std::string message; ///< for people: what, where, what to do

    bool operator== (const Error&) const = default;
};

template <typename Value>
class [[nodiscard]] Result
{
public:
    Result (Value v) : content (std::in_place_index<0>, std::move (v)) {}
    Result (Error e) : content (std::in_place_index<1>, std::move (e)) {}

    bool ok() const noexcept { return content.index() == 0; }
    explicit operator bool() const noexcept { return ok(); }

    /** The value. Calling it on an error is a programming mistake and throws std::bad_variant_access. */
    Value& value() & { return std::get<0> (content); }
    const Value& value() const& { return std::get<0> (content); }
    Value&& value() && { return std::get<0> (std::move (content)); }

    const Error& error() const { return std::get<1> (content); }

private:
    std::variant<Value, Error> content;
};

/** Result of something that gives no value. */
using Status = Result<std::monostate>;

inline Status success() { return std::monostate {}; }

} // namespace kikitori
