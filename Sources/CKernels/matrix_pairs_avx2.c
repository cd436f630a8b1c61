#include "ck_matrix.h"

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define CK_NAME ck_matrix_pairs_avx2
#define CK_FLUSHES
#define ROWS 6
#define VECTORS 1
#include "matrix_bfloat16.inc"
#pragma clang attribute pop
#endif
