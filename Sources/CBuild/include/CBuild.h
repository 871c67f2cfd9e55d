// What the build was told of itself: see Package.swift.
#pragma once

/// The commit that the program was built from, or "unknown".
const char *_Nonnull build_commit(void);
