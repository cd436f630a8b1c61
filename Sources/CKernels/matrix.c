#include "ck_matrix.h"

extern const struct ck_matrix_kernels ck_matrix_generic, ck_matrix_bfloat16_generic;
#if defined(__x86_64__)
extern const struct ck_matrix_kernels ck_matrix_avx2, ck_matrix_avx512;
extern const struct ck_matrix_kernels ck_matrix_bfloat16_avx2, ck_matrix_bfloat16_avx512,
    ck_matrix_bfloat16_native;
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

const struct ck_matrix_kernels *ck_matrix_bfloat16_for(enum ck_isa isa, bool is_native) {
  if (!ck_vector_for(isa)) return NULL;
#if defined(__x86_64__)
  if (isa == CK_ISA_AVX512)
    return is_native && __builtin_cpu_supports("avx512bf16") ? &ck_matrix_bfloat16_native
                                                             : &ck_matrix_bfloat16_avx512;
  if (isa == CK_ISA_AVX2) return &ck_matrix_bfloat16_avx2;
#endif
  return &ck_matrix_bfloat16_generic;
}

bool ck_uses_native_bfloat16(void) {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx512bf16") && __builtin_cpu_is("amd");
#else
  return false;
#endif
}

const struct ck_matrix_kernels *ck_matrix_bfloat16(void) {
  return ck_matrix_bfloat16_for(ck_selected_isa(), ck_uses_native_bfloat16());
}
