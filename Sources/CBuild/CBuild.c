// The definition is here and not in the header: what Package.swift defines reaches the sources of
// this target, but not Swift's own reading of the header.
#include "CBuild.h"

#ifndef SESSION_GATEWAY_COMMIT
#define SESSION_GATEWAY_COMMIT "unknown"
#endif

const char *build_commit(void) { return SESSION_GATEWAY_COMMIT; }
