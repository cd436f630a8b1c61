#include "ck_adamw.h"

extern const struct ck_adamw_kernels ck_adamw_generic;
#if defined(__x86_64__)
extern const struct ck_adamw_kernels ck_adamw_avx2, ck_adamw_avx512;
#endif

const struct ck_adamw_kernels *ck_adamw_for(enum ck_isa isa) {
  if (!ck_vector_for(isa)) return NULL;
#if defined(__x86_64__)
  if (isa == CK_ISA_AVX512) return &ck_adamw_avx512;
  if (isa == CK_ISA_AVX2) return &ck_adamw_avx2;
#endif
  return &ck_adamw_generic;
}

const struct ck_adamw_kernels *ck_adamw(void) { return ck_adamw_for(ck_selected_isa()); }
