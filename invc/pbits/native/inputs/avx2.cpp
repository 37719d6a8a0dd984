#define NAMESPACE avx2
#include "walk.inc"
