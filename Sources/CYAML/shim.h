// libyaml for Swift: its YAML 1.1 parser, unchanged.
#ifndef CYAML_SHIM_H
#define CYAML_SHIM_H

#include <yaml.h>

#endif
