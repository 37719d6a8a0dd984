#define NAMESPACE stochastic_baseline
#include "stochastic.inc"
