#include "ck_objective.h"

extern ck_objective_kernel ck_objective_generic;
#if defined(__x86_64__)
extern ck_objective_kernel ck_objective_avx2, ck_objective_avx512;
#endif

ck_objective_kernel *ck_objective_rows_for(enum ck_isa isa) {
  if (!ck_vector_for(isa)) return NULL;
#if defined(__x86_64__)
  if (isa == CK_ISA_AVX512) return ck_objective_avx512;
  if (isa == CK_ISA_AVX2) return ck_objective_avx2;
#endif
  return ck_objective_generic;
}

ck_objective_kernel *ck_objective_rows(void) {
  return ck_objective_rows_for(ck_selected_isa());
}
