// Vectors of 16 fp32 lanes and the functions over them. Included once for each instruction set, inside the pragma
// that selects it; everything is static so that each inclusion has code of its own.

#include <stddef.h>
#include <stdint.h>
#include <string.h>

// These vectors never cross a call that is not inlined, so how they would be passed does not matter.
#pragma clang diagnostic ignored "-Wpsabi"

typedef float v16 __attribute__((vector_size(64)));
typedef int32_t i16 __attribute__((vector_size(64)));
typedef uint32_t u16 __attribute__((vector_size(64)));
// 16 numbers of half the width.
typedef uint16_t h16 __attribute__((vector_size(32)));

// The same 16 lanes in double, and their bits.
typedef double d16 __attribute__((vector_size(128)));
typedef uint64_t b16 __attribute__((vector_size(128)));

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

// The 16 bfloat16 numbers at p, exactly.
CK_INLINE v16 ck_load_bfloat16(const void *p) {
  h16 half;
  memcpy(&half, p, sizeof half);
  return (v16)(__builtin_convertvector(half, u16) << 16);
}

// The first n < 16 of them; the other lanes are 0.
CK_INLINE v16 ck_load_bfloat16_part(const void *p, size_t n) {
  uint16_t t[16] = {0};
  memcpy(t, p, n * sizeof *t);
  return ck_load_bfloat16(t);
}

// x rounded to the nearest bfloat16 number, to the even one in the middle; a NaN stays one.
CK_INLINE v16 ck_round_bfloat16(v16 x) {
  u16 bits = (u16)x;
  u16 rounded = bits + 0x7fff + ((bits >> 16) & 1), quiet = bits | 0x400000;
  u16 is_nan = (u16)(x != x);
  return (v16)(((is_nan & quiet) | (~is_nan & rounded)) & 0xffff0000);
}

CK_INLINE void ck_store_part(float *p, v16 v, size_t n) { memcpy(p, &v, n * sizeof(float)); }

CK_INLINE v16 ck_splat(float x) {
  return (v16){x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x};
}

// The element at p in all lanes, for products whose other operand is not in memory.
CK_INLINE v16 ck_splat_element(const float *p) {
  float x = *p;
#if defined(__aarch64__)
  // What is multiplied by an element of a register needs no vector of it, which would take a turn of the units that
  // multiply. Compilers do not see that; so they are not to see that x was loaded.
  __asm__("" : "+w"(x));
#endif
  return ck_splat(x);
}

CK_INLINE v16 ck_fma(v16 a, v16 b, v16 c) { return __builtin_elementwise_fma(a, b, c); }

CK_INLINE v16 ck_select(i16 mask, v16 yes, v16 no) {
  return (v16)((mask & (i16)yes) | (~mask & (i16)no));
}

CK_INLINE d16 ck_widen(v16 x) { return __builtin_convertvector(x, d16); }

CK_INLINE v16 ck_narrow(d16 x) { return __builtin_convertvector(x, v16); }

CK_INLINE d16 ck_splat_double(double x) {
  return (d16){x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x};
}

CK_INLINE d16 ck_fma_double(d16 a, d16 b, d16 c) { return __builtin_elementwise_fma(a, b, c); }

// c[0] + c[1] t + ... + c[n - 1] t^(n - 1), by Horner's rule.
CK_INLINE d16 ck_polynomial(d16 t, const double *c, int n) {
  d16 p = ck_splat_double(c[n - 1]);
  for (int k = n - 2; k >= 0; k--) p = ck_fma_double(p, t, ck_splat_double(c[k]));
  return p;
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

// The same for doubles.
CK_INLINE double ck_sum_double(d16 v) {
  double t[16];
  memcpy(t, &v, sizeof t);
  for (int width = 8; width > 0; width /= 2)
    for (int i = 0; i < width; i++) t[i] += t[i + width];
  return t[0];
}

CK_INLINE float ck_greatest(v16 v) {
  float t[16];
  ck_store(t, v);
  for (int width = 8; width > 0; width /= 2)
    for (int i = 0; i < width; i++) t[i] = t[i] > t[i + width] ? t[i] : t[i + width];
  return t[0];
}

#if defined(__aarch64__)
// What a register of NEON holds.
typedef float v4 __attribute__((vector_size(16)));

CK_INLINE void transpose4(v4 v[4]) {
  const v4 even = __builtin_shufflevector(v[0], v[2], 0, 4, 1, 5);
  const v4 odd = __builtin_shufflevector(v[1], v[3], 0, 4, 1, 5);
  const v4 even_high = __builtin_shufflevector(v[0], v[2], 2, 6, 3, 7);
  const v4 odd_high = __builtin_shufflevector(v[1], v[3], 2, 6, 3, 7);
  v[0] = __builtin_shufflevector(even, odd, 0, 4, 1, 5);
  v[1] = __builtin_shufflevector(even, odd, 2, 6, 3, 7);
  v[2] = __builtin_shufflevector(even_high, odd_high, 0, 4, 1, 5);
  v[3] = __builtin_shufflevector(even_high, odd_high, 2, 6, 3, 7);
}

// Turns 16 vectors into their transpose, 4 x 4 elements after each other: half the instructions of what is below, where
// registers hold no more.
CK_INLINE void transpose16(v16 v[16]) {
  v4 from[16][4], to[16][4];
  memcpy(from, v, sizeof from);
  for (int row = 0; row < 4; row++)
    for (int column = 0; column < 4; column++) {
      v4 block[4];
      for (int i = 0; i < 4; i++) block[i] = from[4 * row + i][column];
      transpose4(block);
      for (int i = 0; i < 4; i++) to[4 * column + i][row] = block[i];
    }
  memcpy(v, to, sizeof to);
}
#else
// Turns 16 vectors into their transpose: four times, the first half is interleaved with the second.
CK_INLINE void transpose16(v16 v[16]) {
  for (int round = 0; round < 4; round++) {
    v16 t[16];
    for (int i = 0; i < 8; i++) {
      t[2 * i] = __builtin_shufflevector(v[i], v[i + 8], 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21,
                                         6, 22, 7, 23);
      t[2 * i + 1] = __builtin_shufflevector(v[i], v[i + 8], 8, 24, 9, 25, 10, 26, 11, 27, 12, 28,
                                             13, 29, 14, 30, 15, 31);
    }
    for (int i = 0; i < 16; i++) v[i] = t[i];
  }
}
#endif

// The polynomials q below come from Tests/TensorsTests/Fixtures/elementary/fit_polynomials.py; the ulps are the
// largest of all 2^32 arguments (ElementaryKernelTests). NaN gives the same NaN, quiet: no intermediate value is
// another one, so that it does not matter which of two a processor would keep.

// exp(x) to within 0.874 ulp. x = n ln 2 + r, |r| <= ln(2)/2, with ln 2 in two parts (Cody and Waite);
// exp(r) = 1 + r + r^2 q(r); 2^n in two factors, so that subnormal results and overflow come out right.
CK_INLINE v16 ck_exp16(v16 x) {
  const v16 magic = ck_splat(12582912.0f);  // 1.5 * 2^23: adding it rounds to an integer.
  // Beyond these bounds the result is 0 or infinity anyway. Comparisons are false for NaN, which stays.
  v16 c = ck_select(x > ck_splat(89.0f), ck_splat(89.0f), x);
  c = ck_select(c < ck_splat(-104.0f), ck_splat(-104.0f), c);
  v16 shifted = ck_fma(c, ck_splat(1.44269504f), magic);
  v16 n = shifted - magic;
  v16 r = ck_fma(n, ck_splat(-0.693359375f), c);
  r = ck_fma(n, ck_splat(2.12194440e-4f), r);
  v16 q = ck_splat(0x1.a12506p-13f);
  q = ck_fma(q, r, ck_splat(0x1.6d433ap-10f));
  q = ck_fma(q, r, ck_splat(0x1.1110ep-7f));
  q = ck_fma(q, r, ck_splat(0x1.5554e8p-5f));
  q = ck_fma(q, r, ck_splat(0x1.555556p-3f));
  q = ck_fma(q, r, ck_splat(0x1p-1f));
  v16 p = ck_fma(ck_fma(q, r, ck_splat(1.0f)), r, ck_splat(1.0f));
  // The low bits of `shifted` are n, and those of the magic number are 0: shifts to the exponent leave n alone. For NaN
  // both factors are powers of two, or 0 or infinity, of either sign, which leave the NaN in p as it is.
  const u16 one = (u16)ck_splat(1.0f);
  u16 whole = (u16)shifted << 23, half = (u16)((i16)shifted >> 1) << 23;
  return p * (v16)(half + one) * (v16)(whole - half + one);
}

// 1 / (1 + exp(-x)).
CK_INLINE v16 ck_sigmoid16(v16 x) {
  return ck_splat(1.0f) / (ck_splat(1.0f) + ck_exp16(-x));
}

// log(x) to within 0.501 ulp, in double and rounded once. x = m 2^n with m in [2/3, 4/3), log m = f + f^2 q(f) for
// f = m - 1. 0 of both signs gives -infinity, less than 0 gives the NaN 0x7fc00000.
CK_INLINE v16 ck_log16(v16 x) {
  static const double q[] = {
      -0x1.fffffffe78df7p-2, 0x1.55555553e7594p-2, -0x1.000003dcb288p-2, 0x1.9999a0d3dcfedp-3,
      -0x1.55522ffb55b56p-3, 0x1.248f579c7d0dp-3, -0x1.00770e48116a1p-3, 0x1.c7fb3587cdba6p-4,
      -0x1.89e5f08837e7ep-4, 0x1.65ad56d9e0064p-4, -0x1.cbb15d04b1bbcp-4, 0x1.a9bafb0c93ac9p-4};
  // Subnormal numbers are normal in double. Adding the bits of 1 and taking those of 2/3 carries into the exponent
  // where m would be 4/3 or more.
  const b16 one = (b16)ck_splat_double(1.0);
  b16 bits = (b16)ck_widen(x), shifted = bits - (b16)ck_splat_double(0x1.5555555555555p-1) + one;
  // An integer below 2^52 in the low bits of 2^52 makes the double 2^52 + integer.
  d16 n = (d16)((shifted >> 52) | (b16)ck_splat_double(0x1p52)) - ck_splat_double(0x1p52 + 1023);
  d16 f = (d16)(bits - (shifted >> 52 << 52) + one) - ck_splat_double(1.0);
  d16 y = ck_fma_double(f * f, ck_polynomial(f, q, sizeof q / sizeof *q), f);
  v16 result = ck_narrow(ck_fma_double(n, ck_splat_double(0x1.62e42fefa39efp-1), y));
  const v16 infinity = ck_splat(__builtin_inff());
  result = ck_select(x == ck_splat(0.0f), -infinity, result);
  result = ck_select(x < ck_splat(0.0f), ck_splat(__builtin_nanf("")), result);
  return ck_select(x < infinity, result, x + x);
}

// tanh(x) to within 0.501 ulp, in double and rounded once: e / (e + 2) with e = exp(2 |x|) - 1, and the sign of x.
// 2 |x| = n ln 2 + r, e = 2^n (r + r^2 q(r)) + (2^n - 1), which keeps its precision near 0, where n = 0.
CK_INLINE v16 ck_tanh16(v16 x) {
  static const double q[] = {
      0x1p-1, 0x1.5555556757277p-3, 0x1.5555555c88acap-5, 0x1.1110c627933a3p-7,
      0x1.6c168582a25afp-10, 0x1.a15190dc730f3p-13, 0x1.a113327d82341p-16};
  const i16 sign = (i16)ck_splat(-0.0f);
  const d16 magic = ck_splat_double(0x1.8p52);  // Adding it rounds to an integer.
  v16 a = (v16)((i16)x & ~sign);
  // From 9.02 on the result is 1.
  d16 y = ck_widen(ck_select(a > ck_splat(10.0f), ck_splat(10.0f), a)) * ck_splat_double(2.0);
  d16 shifted = ck_fma_double(y, ck_splat_double(0x1.71547652b82fep+0), magic);
  d16 r = ck_fma_double(shifted - magic, ck_splat_double(-0x1.62e42fefa39efp-1), y);
  d16 p = ck_fma_double(r * r, ck_polynomial(r, q, sizeof q / sizeof *q), r);
  d16 power = (d16)(((b16)shifted << 52) + (b16)ck_splat_double(1.0));
  d16 e = ck_fma_double(power, p, power - ck_splat_double(1.0));
  v16 result = ck_narrow(e / (e + ck_splat_double(2.0)));
  return (v16)((i16)result | ((i16)x & sign));
}

// erf(x) to within 0.501 ulp, in double and rounded once: x q(x^2 / 8 - 1) for |x| <= 4, beyond which it is 1.
CK_INLINE v16 ck_erf16(v16 x) {
  static const double q[] = {
      0x1.6a040781a499cp-2, -0x1.69a0ccd73f872p-3, 0x1.0dabaf051a407p-3, -0x1.b92e97780fe6p-4,
      0x1.717efd071ad1bp-4, -0x1.3215b3d79ca84p-4, 0x1.ea97d94410fc4p-5, -0x1.76eb3afae916ap-5,
      0x1.0ed618c4f802p-5, -0x1.701656f8b2ed4p-6, 0x1.d6212dadedaeap-7, -0x1.1ac84937ba3d2p-7,
      0x1.3e965dc66e8e1p-8, -0x1.4bb343de2e5a7p-9, 0x1.4ec6e7bdca99cp-10, -0x1.60bd5cd0fbaffp-11,
      0x1.35799ef561d5dp-12, -0x1.2fecf75962793p-14, 0x1.14a6affe30a5dp-15, -0x1.33b971ec16712p-15,
      0x1.affb49acb570ap-17};
  v16 c = ck_select(x > ck_splat(4.0f), ck_splat(4.0f), x);
  c = ck_select(c < ck_splat(-4.0f), ck_splat(-4.0f), c);
  d16 y = ck_widen(c);
  d16 t = ck_fma_double(y * y, ck_splat_double(0.125), ck_splat_double(-1.0));
  return ck_narrow(y * ck_polynomial(t, q, sizeof q / sizeof *q));
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
