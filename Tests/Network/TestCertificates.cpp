#include "TestCertificates.h"

#include "Support/Catch.h"

#include <cstdio>
#include <memory>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

namespace kikitori::test
{

namespace
{

template <auto release>
struct Releaser
{
    template <typename Object>
    void operator() (Object* object) const
    {
        release (object);
    }
};

using Key = std::unique_ptr<EVP_PKEY, Releaser<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Releaser<X509_free>>;

void extend (X509* certificate, X509* issuer, int kind, const std::string& value)
{
    X509V3_CTX context;
    X509V3_set_ctx_nodb (&context);
    X509V3_set_ctx (&context, issuer, certificate, nullptr, nullptr, 0);
    auto* extension = X509V3_EXT_conf_nid (nullptr, &context, kind, value.c_str());
    REQUIRE (extension != nullptr);
    X509_add_ext (certificate, extension, -1);
    X509_EXTENSION_free (extension);
}

Certificate certify (const std::string& name, EVP_PKEY* key, X509* issuer, bool isExpired)
{
    constexpr long day = 24 * 3600;
    Certificate made (X509_new());
    static long serial = 1;
    X509_set_version (made.get(), 2);
    ASN1_INTEGER_set (X509_get_serialNumber (made.get()), ++serial);
    X509_gmtime_adj (X509_getm_notBefore (made.get()), -2 * day);
    X509_gmtime_adj (X509_getm_notAfter (made.get()), isExpired ? -day : day);
    X509_set_pubkey (made.get(), key);
    X509_NAME_add_entry_by_txt (X509_get_subject_name (made.get()), "CN", MBSTRING_UTF8,
                                reinterpret_cast<const unsigned char*> (name.c_str()), -1, -1, 0);
    X509_set_issuer_name (made.get(), X509_get_subject_name (issuer != nullptr ? issuer : made.get()));
    return made;
}

template <typename Write>
std::filesystem::path writePem (const std::filesystem::path& file, Write write)
{
    std::unique_ptr<std::FILE, Releaser<std::fclose>> out (std::fopen (file.c_str(), "w"));
    REQUIRE (out != nullptr);
    REQUIRE (write (out.get()) == 1);
    return file;
}

} // namespace

TestCertificates::TestCertificates (const std::filesystem::path& folder,
                                    const std::string& prefix,
                                    const std::string& names,
                                    bool isExpired)
{
    const Key authorityKey (EVP_EC_gen ("P-256"));
    const auto root = certify ("Test authority " + prefix, authorityKey.get(), nullptr, false);
    extend (root.get(), root.get(), NID_basic_constraints, "critical,CA:TRUE");
    extend (root.get(), root.get(), NID_key_usage, "critical,keyCertSign,cRLSign");
    REQUIRE (X509_sign (root.get(), authorityKey.get(), EVP_sha256()) > 0);

    const Key serverKey (EVP_EC_gen ("P-256"));
    const auto server = certify ("Test server", serverKey.get(), root.get(), isExpired);
    extend (server.get(), root.get(), NID_subject_alt_name, names);
    REQUIRE (X509_sign (server.get(), authorityKey.get(), EVP_sha256()) > 0);

    authority = writePem (folder / (prefix + "-ca.pem"), [&] (auto* f) { return PEM_write_X509 (f, root.get()); });
    certificate =
        writePem (folder / (prefix + "-cert.pem"), [&] (auto* f) { return PEM_write_X509 (f, server.get()); });
    key = writePem (folder / (prefix + "-key.pem"), [&] (auto* f)
                    { return PEM_write_PrivateKey (f, serverKey.get(), nullptr, nullptr, 0, nullptr, nullptr); });
}

} // namespace kikitori::test
