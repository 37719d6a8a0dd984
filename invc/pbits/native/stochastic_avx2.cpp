#define NAMESPACE stochastic_avx2
#include "stochastic.inc"
