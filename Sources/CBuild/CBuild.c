// The definition is here and not in the header: macros from Package.swift reach this target's
// sources, but not Swift's import of the header.
#include "CBuild.h"

#ifndef GATEWAY_COMMIT
#define GATEWAY_COMMIT "unknown"
#endif

const char *build_commit(void) { return GATEWAY_COMMIT; }
