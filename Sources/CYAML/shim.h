// libyaml for Swift: its parser of YAML 1.1, as it is.
#ifndef CYAML_SHIM_H
#define CYAML_SHIM_H

#include <yaml.h>

#endif
