#include "ck_objective.h"

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define CK_NAME ck_objective_avx2
#include "objective.inc"
#pragma clang attribute pop
#endif
