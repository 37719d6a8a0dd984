#define NAMESPACE baseline
#include "loops.inc"
