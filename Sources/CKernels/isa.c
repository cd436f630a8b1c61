#include <stdlib.h>
#include <string.h>

#include "ck_vector.h"

extern const struct ck_vector_kernels ck_vector_generic;
#if defined(__x86_64__)
extern const struct ck_vector_kernels ck_vector_avx2, ck_vector_avx512;
#endif

const char *ck_isa_name(enum ck_isa isa) {
  switch (isa) {
    case CK_ISA_AVX512: return "avx512";
    case CK_ISA_AVX2: return "avx2";
    case CK_ISA_NEON: return "neon";
    default: return "generic";
  }
}

// What the generic kernels are compiled to.
#if defined(__aarch64__)
static const enum ck_isa lowest_isa = CK_ISA_NEON;
#else
static const enum ck_isa lowest_isa = CK_ISA_GENERIC;
#endif

static enum ck_isa best_isa(void) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl"))
    return CK_ISA_AVX512;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return CK_ISA_AVX2;
#endif
  return lowest_isa;
}

enum ck_isa ck_selected_isa(void) {
  enum ck_isa best = best_isa();
  const char *wanted = getenv("REPLICATE_ISA");
  if (wanted)
    for (enum ck_isa isa = lowest_isa; isa < best; isa++)
      if (ck_vector_for(isa) && strcmp(wanted, ck_isa_name(isa)) == 0) return isa;
  return best;
}

const struct ck_vector_kernels *ck_vector_for(enum ck_isa isa) {
  if (isa > best_isa()) return NULL;
#if defined(__x86_64__)
  if (isa == CK_ISA_AVX512) return &ck_vector_avx512;
  if (isa == CK_ISA_AVX2) return &ck_vector_avx2;
#endif
  return isa == lowest_isa ? &ck_vector_generic : NULL;
}

const struct ck_vector_kernels *ck_vector(void) { return ck_vector_for(ck_selected_isa()); }
