#include "ck_matrix.h"

#if defined(__x86_64__)
#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx512bf16,fma"))), apply_to = function)
#define CK_NAME ck_matrix_pairs_dot
#define CK_DOT(sum, a, b) (v16)_mm512_dpbf16_ps((__m512)(sum), (__m512bh)(a), (__m512bh)(b))
#define CK_CONVERT(low, high) _mm512_cvtne2ps_pbh((__m512)(high), (__m512)(low))
#define ROWS 14
#define VECTORS 2
#include "matrix_bfloat16.inc"
#pragma clang attribute pop
#endif
