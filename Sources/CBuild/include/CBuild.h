// Facts about the build, defined in Package.swift.
#pragma once

/// The commit from which the program was built, or "unknown".
const char *_Nonnull build_commit(void);
