// For syscall.
#define _GNU_SOURCE
#include "amx.h"
#include "ck_matrix.h"

#if defined(CK_HAS_AMX)
#include <immintrin.h>
#include <sys/syscall.h>
#include <unistd.h>

bool ck_may_use_amx(void) {
  if (!__builtin_cpu_supports("amx-tile") || !__builtin_cpu_supports("amx-bf16") ||
      !__builtin_cpu_supports("avx512bf16"))
    return false;
  // ARCH_REQ_XCOMP_PERM for XFEATURE_XTILEDATA: Linux gives memory for the tiles to who asks for it, once for all threads.
  return syscall(SYS_arch_prctl, 0x1023, 18) == 0;
}

#pragma clang attribute push(__attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx512bf16,fma,amx-tile,amx-bf16"))), apply_to = function)

// Eight tiles of 16 rows of 64 bytes, as `ldtilecfg` wants it told.
static void ck_configure_tiles(void) {
  static const struct {
    uint8_t palette, start_row, reserved[14];
    uint16_t row_bytes[16];
    uint8_t rows[16];
  } eight = {1, 0, {0}, {64, 64, 64, 64, 64, 64, 64, 64}, {16, 16, 16, 16, 16, 16, 16, 16}};
  _tile_loadconfig(&eight);
}

#define CK_NAME ck_matrix_units_amx
#define CK_UNITS
#define CK_AMX
#define CK_CONVERT(low, high) _mm512_cvtne2ps_pbh((__m512)(high), (__m512)(low))
#define ROWS 32
#define VECTORS 2
#include "matrix_bfloat16.inc"
#pragma clang attribute pop
#endif
