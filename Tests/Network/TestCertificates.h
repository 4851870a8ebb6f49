/*  A certificate authority of the test's own, and a server certificate by it, as PEM files in a folder.

    Threads: one. Failure: what OpenSSL cannot make fails the running test.
*/
#pragma once

#include <filesystem>
#include <string>

namespace kikitori::test
{

struct TestCertificates
{
    /** names: as OpenSSL writes alternative names, such as "DNS:localhost". isExpired: since yesterday. */
    TestCertificates (const std::filesystem::path& folder,
                      const std::string& prefix,
                      const std::string& names,
                      bool isExpired = false);

    std::filesystem::path authority; ///< for the client
    std::filesystem::path certificate;
    std::filesystem::path key;
};

} // namespace kikitori::test
