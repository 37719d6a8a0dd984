#define NAMESPACE baseline
#include "sliced.inc"
