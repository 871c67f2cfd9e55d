// What the build was told of itself: see Package.swift.
#pragma once

#ifndef SESSION_GATEWAY_COMMIT
#define SESSION_GATEWAY_COMMIT "unknown"
#endif

/// The commit that the program was built from, or "unknown".
static inline const char *_Nonnull build_commit(void) { return SESSION_GATEWAY_COMMIT; }
