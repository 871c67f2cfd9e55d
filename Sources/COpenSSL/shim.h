// OpenSSL 3 for Swift: its macros as inline wrappers and typed constants, nothing else.
#ifndef COPENSSL_SHIM_H
#define COPENSSL_SHIM_H

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <stdint.h>

static const uint64_t OPENSSL_CONTEXT_OPTIONS =
    SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE;
static const int OPENSSL_ALERT_OFFSET = SSL_AD_REASON_OFFSET;

static inline void openssl_set_mode(SSL_CTX *context, long mode) {
  SSL_CTX_set_mode(context, mode);
}

static inline int openssl_set_protocols(SSL_CTX *context, int lowest, int highest) {
  return SSL_CTX_set_min_proto_version(context, lowest) == 1 &&
         SSL_CTX_set_max_proto_version(context, highest) == 1;
}

static inline int openssl_set_groups(SSL_CTX *context, const char *names) {
  return (int)SSL_CTX_set1_groups_list(context, names);
}

static inline void openssl_set_read_ahead(SSL_CTX *context) {
  SSL_CTX_set_read_ahead(context, 1);
}

static inline void openssl_set_longest_chain(SSL_CTX *context, long bytes) {
  SSL_CTX_set_max_cert_list(context, bytes);
}

static inline void openssl_set_session_cache(SSL_CTX *context, long mode) {
  SSL_CTX_set_session_cache_mode(context, mode);
}

static inline int openssl_set_ticket_keys(SSL_CTX *context, void *keys, long length) {
  return (int)SSL_CTX_set_tlsext_ticket_keys(context, keys, length);
}

static inline int openssl_set_server_name(SSL *ssl, const char *name) {
  return (int)SSL_set_tlsext_host_name(ssl, name);
}

// The command that a BIO's control callback gets when buffered bytes are to be flushed.
static const int OPENSSL_BIO_FLUSH = BIO_CTRL_FLUSH;

static inline void openssl_bio_retry_read(BIO *bio) { BIO_set_retry_read(bio); }

static inline void openssl_bio_clear_retry(BIO *bio) { BIO_clear_retry_flags(bio); }

static inline int openssl_bio_type(void) { return BIO_get_new_index() | BIO_TYPE_SOURCE_SINK; }

static inline BIO *openssl_file(const char *path) { return BIO_new_file(path, "r"); }

static inline X509 *openssl_peer_certificate(const SSL *ssl) {
  return SSL_get1_peer_certificate(ssl);
}

// OpenSSL 3 recommends EVP instead, which allocates for each digest: 112 bytes per request here.
// These functions work on the stack, and are just as fast.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
static inline void openssl_sha256(const void *bytes, size_t count, void *digest) {
  SHA256_CTX state;
  SHA256_Init(&state);
  SHA256_Update(&state, bytes, count);
  SHA256_Final((unsigned char *)digest, &state);
}
#pragma GCC diagnostic pop

#endif
