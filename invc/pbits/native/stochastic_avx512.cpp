#define NAMESPACE stochastic_avx512
#include "stochastic.inc"
