#define NAMESPACE avx512
#include "sliced.inc"
