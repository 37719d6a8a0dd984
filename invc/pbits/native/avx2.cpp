#define NAMESPACE avx2
#include "sliced.inc"
