#include "amx.h"
#include "ck_matrix.h"

extern const struct ck_matrix_kernels ck_matrix_generic, ck_matrix_pairs_generic,
    ck_matrix_units_generic;
#if defined(__x86_64__)
extern const struct ck_matrix_kernels ck_matrix_avx2, ck_matrix_avx512;
extern const struct ck_matrix_kernels ck_matrix_pairs_avx2, ck_matrix_pairs_avx512,
    ck_matrix_pairs_dot;
extern const struct ck_matrix_kernels ck_matrix_units_avx2, ck_matrix_units_avx512;
#endif
#if defined(CK_HAS_AMX)
extern const struct ck_matrix_kernels ck_matrix_units_amx;
#endif

const struct ck_matrix_kernels *ck_matrix_for(enum ck_isa isa) {
  if (!ck_vector_for(isa)) return NULL;
#if defined(__x86_64__)
  if (isa == CK_ISA_AVX512) return &ck_matrix_avx512;
  if (isa == CK_ISA_AVX2) return &ck_matrix_avx2;
#endif
  return &ck_matrix_generic;
}

const struct ck_matrix_kernels *ck_matrix(void) { return ck_matrix_for(ck_selected_isa()); }

static const struct ck_matrix_kernels *in_pairs(enum ck_isa isa, bool is_native) {
  (void)isa, (void)is_native;  // Where there is one instruction set only.
#if defined(__x86_64__)
  if (isa == CK_ISA_AVX512)
    return is_native && __builtin_cpu_supports("avx512bf16") ? &ck_matrix_pairs_dot
                                                             : &ck_matrix_pairs_avx512;
  if (isa == CK_ISA_AVX2) return &ck_matrix_pairs_avx2;
#endif
  return &ck_matrix_pairs_generic;
}

static const struct ck_matrix_kernels *in_units(enum ck_isa isa, bool is_native) {
  (void)isa, (void)is_native;
#if defined(CK_HAS_AMX)
  if (isa == CK_ISA_AVX512 && is_native && ck_may_use_amx()) return &ck_matrix_units_amx;
#endif
#if defined(__x86_64__)
  if (isa == CK_ISA_AVX512) return &ck_matrix_units_avx512;
  if (isa == CK_ISA_AVX2) return &ck_matrix_units_avx2;
#endif
  return &ck_matrix_units_generic;
}

const struct ck_matrix_kernels *ck_matrix_bfloat16_for(enum ck_isa isa, enum ck_sums sums,
                                                       bool is_native) {
  if (!ck_vector_for(isa)) return NULL;
  return sums == CK_SUMS_IN_UNITS ? in_units(isa, is_native) : in_pairs(isa, is_native);
}

const struct ck_matrix_kernels *ck_matrix_bfloat16(enum ck_sums sums) {
  return ck_matrix_bfloat16_for(ck_selected_isa(), sums, ck_uses_native_bfloat16(sums));
}

bool ck_uses_native_bfloat16(enum ck_sums sums) {
  (void)sums;
#if defined(CK_HAS_AMX)
  if (sums == CK_SUMS_IN_UNITS) return ck_may_use_amx();
#endif
#if defined(__x86_64__)
  if (sums == CK_SUMS_IN_PAIRS)
    return __builtin_cpu_supports("avx512bf16") && __builtin_cpu_is("amd");
#endif
  return false;
}
