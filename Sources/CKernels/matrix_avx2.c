#include "ck_matrix.h"

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define CK_NAME ck_matrix_avx2
#define ROWS 6
#define VECTORS 1
#define STRIP 1
#include "matrix.inc"
#pragma clang attribute pop
#endif
