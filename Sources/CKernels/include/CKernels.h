// Vector kernels with one fixed order of operations.
//
// Every kernel gives the same bits on every CPU: the body is written once over vectors of 16 fp32 lanes with explicit
// fused multiply-adds and is compiled for each instruction set (generic, AVX2 with FMA, AVX-512); contraction is off.
// Kernels allocate nothing, keep no state and call no libm function but fma, which is exact (generic x86 alone does).
// Of a NaN only that it is one is the same everywhere. Outputs come first, sizes are in elements, all
// matrices are row-major. Gradient outputs named `d_…` are overwritten unless the comment says "+=".
#ifndef CKERNELS_H
#define CKERNELS_H

#include "ck_adamw.h"
#include "ck_matrix.h"
#include "ck_objective.h"
#include "ck_self_test.h"
#include "ck_vector.h"

#endif
