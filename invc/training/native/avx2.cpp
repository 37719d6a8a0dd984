#define NAMESPACE avx2
#include "loops.inc"
