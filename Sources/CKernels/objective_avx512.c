#include "ck_objective.h"

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,fma"))), apply_to = function)
#define CK_NAME ck_objective_avx512
#include "objective.inc"
#pragma clang attribute pop
#endif
