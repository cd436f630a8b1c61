// Matrix products whose bits depend on the operands alone.
#ifndef CK_MATRIX_H
#define CK_MATRIX_H

#include <stdbool.h>
#include <stddef.h>

#include "ck_vector.h"

#pragma clang assume_nonnull begin

// Terms that are added up in one chain before the sum joins the others.
enum { CK_MATRIX_DEPTH_BLOCK = 384 };

// A row-major matrix, or the transpose of one.
struct ck_operand {
  // fp32 numbers, or bfloat16 ones.
  const void *elements;
  // Elements from one stored row to the next.
  size_t stride;
  // Whether the transpose of what is stored is meant.
  bool is_transposed;
  // Whether the elements are bfloat16, which a transposed b may have: they are widened, which is exact, as they are
  // copied, so that the product has the bits of the same numbers in fp32.
  bool is_bfloat16;
};

// What becomes of the elements that the product is written to.
enum ck_accumulation {
  // c = product.
  CK_REPLACE,
  // c = c + product.
  CK_ADD,
  // The sums go on from c as one chain of fused multiply-adds, however many terms there are: a product in two parts
  // gives the bits of the whole.
  CK_CONTINUE,
};

// The matrix products of one instruction set.
struct ck_matrix_kernels {
  // Bytes of memory, aligned to 64, that `multiply` needs.
  size_t scratch_bytes;

  // c = a b or as `accumulation` says. a: rows x depth, b: depth x columns, c: rows x columns, rows c_stride apart.
  //
  // Each element of c is computed by itself: with depth cut into blocks of CK_MATRIX_DEPTH_BLOCK terms, every block is a
  // chain of fused multiply-adds in rising order that starts at 0, and the blocks' sums are added to c in order (the
  // first one replaces c, for CK_REPLACE). Position, neighbours and instruction set do not matter, but for the sign and
  // payload of a NaN.
  void (*multiply)(float *c, size_t c_stride, struct ck_operand a, struct ck_operand b,
                   size_t rows, size_t columns, size_t depth, enum ck_accumulation accumulation,
                   void *scratch);
};

// The matrix products of the instruction set that ck_selected_isa() gives.
const struct ck_matrix_kernels *ck_matrix(void);

// Those of one instruction set, or NULL if this CPU lacks it.
const struct ck_matrix_kernels *_Nullable ck_matrix_for(enum ck_isa isa);

// How the products of bfloat16 operands add up in a chain. A term that is missing at its end is one of zeros.
enum ck_sums {
  // Terms come in pairs, the first with the second: the product of the second is added by a fused multiply-add and then that
  // of the first. This is what AVX-512 BF16's `vdpbf16ps` computes.
  CK_SUMS_IN_PAIRS,
  // Terms come in units of CK_MATRIX_UNIT, the first with those that follow: in each, those at even places are a chain of
  // fused multiply-adds from 0 and those at odd places another one, whose sum is added. This is what AMX's `tdpbf16ps`
  // computes. A product in two parts has the bits of the whole if the first has whole units.
  CK_SUMS_IN_UNITS,
};

enum { CK_MATRIX_UNIT = 32 };

// Products of operands that are rounded to bfloat16 first (to nearest, ties to even), added up in fp32. Both are given in
// fp32.
//
// Blocks and their sums are those above. In all of it a subnormal number counts as a zero of its sign, whether it is given
// (before it is rounded) or comes out, as it does for the instructions that are named; those are used where that is faster,
// and elsewhere the same bits are computed by other means.
const struct ck_matrix_kernels *ck_matrix_bfloat16(enum ck_sums sums);

// Those of one instruction set, or NULL if this CPU lacks it; without the instructions that are named if `is_native` is false.
const struct ck_matrix_kernels *_Nullable ck_matrix_bfloat16_for(enum ck_isa isa, enum ck_sums sums,
                                                                 bool is_native);

// Whether they are computed with those instructions. Intel's processors take nearly four times as long for `vdpbf16ps` as for
// a fused multiply-add of fp32 (Emerald Rapids: 81 · 10⁹ operations a second, and 155 · 10⁹), which is only half the work: so
// that one is used on AMD's alone.
bool ck_uses_native_bfloat16(enum ck_sums sums);

#pragma clang assume_nonnull end

#endif
