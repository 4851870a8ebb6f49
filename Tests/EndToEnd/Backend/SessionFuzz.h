/*  Malformed HTTP requests and WebSocket messages, from a seed.

    Threads: one.
    Failure: none.
*/
#pragma once

#include "Fuzz.h"
#include "RawClient.h"

namespace kikitori::testing
{

class SessionFuzz : public Fuzz
{
public:
    using Fuzz::Fuzz;

    std::string request()
    {
        static constexpr const char* methods[]{ "GET", "POST", "DELETE", "HEAD", "OPTIONS", "PUT", "BREW", "get", "" };
        static constexpr const char* paths[]{ "/",
                                              "/api/status",
                                              "/api/train/start",
                                              "/api/models/..%2f..%2fetc%2fpasswd",
                                              "/%",
                                              "/%00",
                                              "/ws",
                                              "//",
                                              "/api/models?model_names=%ff%fe",
                                              "*",
                                              "http://evil.example/",
                                              "/api/inference?model_name=conformer",
                                              "/metrics?token=" };
        static constexpr const char* versions[]{ "HTTP/1.1", "HTTP/1.0", "HTTP/9.9", "", "HTTP/1.1 " };
        static constexpr const char* headers[]{ "Host: localhost",
                                                "Host: [::1",
                                                "Content-Length: -1",
                                                "Content-Length: 99999999999999999999",
                                                "Content-Length: 5",
                                                "Content-Length: 5\r\nContent-Length: 7",
                                                "Content-Type: multipart/form-data; boundary=",
                                                "Transfer-Encoding: chunked",
                                                "Origin: null",
                                                "Authorization: Bearer",
                                                "Connection: keep-alive, Upgrade",
                                                "Upgrade: websocket",
                                                "Sec-WebSocket-Key: short",
                                                "Sec-WebSocket-Version: 99",
                                                "Expect: 100-continue",
                                                "Range: bytes=0-",
                                                ": empty",
                                                "no colon" };
        auto text = std::string (oneOf (methods)) + " " + oneOf (paths) + " " + oneOf (versions) + "\r\n";

        for (auto count = below (6); count > 0; --count)
            text += std::string (oneOf (headers)) + (chance (10) ? "\n" : "\r\n");

        if (chance (20))
            text += "X-Long: " + std::string (below (20000), 'a') + "\r\n";

        text += "\r\n";

        if (chance (3))
            text += chance (2) ? R"({"model_name":"conformer","dataset_name":{},"epochs":1e999})" : bytes (200);

        return chance (8) ? bytes (500) : chance (2) ? damaged (text) : text;
    }

    std::string message()
    {
        static constexpr const char* texts[]{
            R"({"type":"start"})",
            R"({"type":"start","protocol":2,"sample_rate":48000,"format":"f32","session":"x"})",
            R"({"type":"start","protocol":2,"sample_rate":-1})",
            R"({"type":"start","protocol":99999999999,"sample_rate":"16000","resume_at":-5})",
            R"({"type":"start","protocol":2,"sample_rate":16000,"resume_at":9223372036854775807,"chunk_ms":-80})",
            R"({"type":"start","protocol":2,"sample_rate":192000,"partial_interval_ms":1,"hotwords":["a","",5,null]})",
            R"({"type":"start","model_name":"../../etc/passwd"})",
            R"({"type":"stop"})",
            R"({"type":"flush","at":0})",
            R"({"type":"flush","at":-9223372036854775808})",
            R"({"type":"gap","at":1,"samples":9223372036854775807})",
            R"({"type":"gap","at":1,"samples":100000000000})",
            R"({"type":"subscribe","topics":[[[[]]]]})",
            R"([[[[[[[[[[[[[[[[)",
            R"({"type":null})",
            "",
            "NaN"
        };

        if (chance (3))
            return RawClient::frame (2, chance (6) ? bytes (200000) : bytes (2000), ! chance (10));

        if (chance (8)) // frames that no client may send: reserved bits, unmasked, wrong lengths
            return chance (2) ? bytes (64) : damaged (RawClient::frame (1, oneOf (texts)));

        const auto text = std::string (oneOf (texts));
        return RawClient::frame (chance (12) ? static_cast<int> (below (16)) : 1, chance (3) ? damaged (text) : text,
                                 ! chance (15));
    }
};

} // namespace kikitori::testing
