// Vectors of 16 fp32 lanes and the functions over them. Included once for each instruction set, inside the pragma
// that selects it; everything is static so that each inclusion has code of its own.

#include <stddef.h>
#include <stdint.h>
#include <string.h>

// These vectors never cross a call that is not inlined, so how they would be passed does not matter.
#pragma clang diagnostic ignored "-Wpsabi"

typedef float v16 __attribute__((vector_size(64)));
typedef int32_t i16 __attribute__((vector_size(64)));

#define CK_INLINE static inline __attribute__((always_inline, unused))

CK_INLINE v16 ck_load(const float *p) {
  v16 v;
  memcpy(&v, p, sizeof v);
  return v;
}

CK_INLINE void ck_store(float *p, v16 v) { memcpy(p, &v, sizeof v); }

// The first n < 16 elements at p; the other lanes are `fill`.
CK_INLINE v16 ck_load_part(const float *p, size_t n, float fill) {
  float t[16];
  for (size_t i = 0; i < 16; i++) t[i] = fill;
  memcpy(t, p, n * sizeof(float));
  return ck_load(t);
}

CK_INLINE void ck_store_part(float *p, v16 v, size_t n) { memcpy(p, &v, n * sizeof(float)); }

CK_INLINE v16 ck_splat(float x) {
  return (v16){x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x};
}

CK_INLINE v16 ck_fma(v16 a, v16 b, v16 c) { return __builtin_elementwise_fma(a, b, c); }

CK_INLINE v16 ck_select(i16 mask, v16 yes, v16 no) {
  return (v16)((mask & (i16)yes) | (~mask & (i16)no));
}

CK_INLINE v16 ck_max(v16 a, v16 b) { return ck_select(a > b, a, b); }

// Sum of the lanes, always in the same tree.
CK_INLINE float ck_sum(v16 v) {
  float t[16];
  ck_store(t, v);
  for (int width = 8; width > 0; width /= 2)
    for (int i = 0; i < width; i++) t[i] += t[i + width];
  return t[0];
}

CK_INLINE float ck_greatest(v16 v) {
  float t[16], m;
  ck_store(t, v);
  m = t[0];
  for (int i = 1; i < 16; i++) m = t[i] > m ? t[i] : m;
  return m;
}

// exp(x) to within 1 ulp. x = n ln 2 + r, |r| <= ln(2)/2, with ln 2 in two parts (Cody and Waite); a polynomial in r;
// 2^n in two factors, so that subnormal results and overflow come out right. NaN gives NaN.
CK_INLINE v16 ck_exp16(v16 x) {
  const v16 magic = ck_splat(12582912.0f);  // 1.5 * 2^23: adding it rounds to an integer.
  // Beyond these bounds the result is 0 or infinity anyway. Comparisons are false for NaN, which stays.
  v16 c = ck_select(x > ck_splat(89.0f), ck_splat(89.0f), x);
  c = ck_select(c < ck_splat(-104.0f), ck_splat(-104.0f), c);
  v16 shifted = ck_fma(c, ck_splat(1.44269504f), magic);
  v16 n = shifted - magic;
  v16 r = ck_fma(n, ck_splat(-0.693359375f), c);
  r = ck_fma(n, ck_splat(2.12194440e-4f), r);
  v16 p = ck_splat(1.9841270e-4f);
  p = ck_fma(p, r, ck_splat(1.3888889e-3f));
  p = ck_fma(p, r, ck_splat(8.3333333e-3f));
  p = ck_fma(p, r, ck_splat(4.1666668e-2f));
  p = ck_fma(p, r, ck_splat(1.6666667e-1f));
  p = ck_fma(p, r, ck_splat(0.5f));
  p = ck_fma(p, r, ck_splat(1.0f));
  p = ck_fma(p, r, ck_splat(1.0f));
  i16 k = (i16)shifted - (i16)magic;
  i16 half = k >> 1;
  v16 low = (v16)((half + 127) << 23);
  v16 high = (v16)((k - half + 127) << 23);
  return p * low * high;
}

// 1 / (1 + exp(-x)).
CK_INLINE v16 ck_sigmoid16(v16 x) {
  return ck_splat(1.0f) / (ck_splat(1.0f) + ck_exp16(-x));
}

// log(x) of one finite x > 0, in double and rounded once by the caller: x = m 2^e with m in [sqrt(1/2), sqrt(2)),
// log m = 2 atanh((m - 1) / (m + 1)) as its odd series.
CK_INLINE double ck_log(double x) {
  uint64_t bits;
  int64_t exponent = 0;
  if (x < 0x1p-1022) {
    x *= 0x1p54;
    exponent = -54;
  }
  memcpy(&bits, &x, sizeof bits);
  exponent += (int64_t)(bits >> 52) - 1023;
  bits = (bits & 0x000fffffffffffffULL) | 0x3ff0000000000000ULL;
  double m;
  memcpy(&m, &bits, sizeof m);
  if (m > 1.4142135623730951) {
    m *= 0.5;
    exponent += 1;
  }
  double s = (m - 1.0) / (m + 1.0), z = s * s;
  double p = 1.0 / 23;
  for (int k = 21; k >= 1; k -= 2) p = __builtin_fma(p, z, 1.0 / k);
  return __builtin_fma((double)exponent, 0.6931471805599453, 2.0 * s * p);
}
