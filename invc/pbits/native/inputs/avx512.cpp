#define NAMESPACE avx512
#include "walk.inc"
