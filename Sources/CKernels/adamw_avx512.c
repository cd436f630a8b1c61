#include "ck_adamw.h"

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,fma"))), apply_to = function)
#define CK_NAME ck_adamw_avx512
#include "adamw.inc"
#pragma clang attribute pop
#endif
