#define NAMESPACE avx512
#include "loops.inc"
