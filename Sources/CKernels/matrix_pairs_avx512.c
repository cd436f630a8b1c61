#include "ck_matrix.h"

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,fma"))), apply_to = function)
#define CK_NAME ck_matrix_pairs_avx512
#define CK_FLUSHES
#define ROWS 14
#define VECTORS 2
#include "matrix_bfloat16.inc"
#pragma clang attribute pop
#endif
