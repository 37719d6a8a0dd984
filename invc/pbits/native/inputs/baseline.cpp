#define NAMESPACE baseline
#include "walk.inc"
