// Matrix products against plain loops in the order that ck_matrix.h gives, for machines and emulators without Swift.
#include "products.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ck_matrix.h"

enum { CAPACITY = 1 << 16 };  // Elements of each operand.

// On both sides of tiles of 1 to 14 and 32 rows, of 16 and 32 columns, of blocks of 384 and 768 columns and of 384 terms.
static const struct shape {
  size_t rows, columns, depth;
} shapes[] = {{1, 1, 1},    {3, 17, 5},   {5, 49, 1153}, {6, 16, 384}, {7, 33, 385},
              {13, 31, 769}, {29, 65, 100}, {8, 401, 7},   {12, 32, 15},
              {70, 70, 34}, {33, 801, 4}};

struct product {
  struct shape n;
  struct ck_operand a, b;
  enum ck_accumulation accumulation;
  // Whether operands are rounded to bfloat16, and how they add up then.
  bool rounds;
  enum ck_sums sums;
};

// MARK: - Inputs

// SplitMix64; see self_test.c.
static uint64_t next(uint64_t *state) {
  uint64_t z = *state += 0x9e3779b97f4a7c15;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
  z = (z ^ z >> 27) * 0x94d049bb133111eb;
  return z ^ z >> 31;
}

// Numbers of four exponents from `exponent` on, and some zeros and subnormal numbers, of both signs.
static void fill(uint64_t *state, float *x, size_t n, uint32_t exponent) {
  for (size_t i = 0; i < n; i++) {
    uint64_t random = next(state);
    uint32_t head = random >> 32 & 15 ? exponent + (random >> 40 & 3) : 0;
    uint32_t fraction = random >> 48 & 7 ? (uint32_t)random & 0x7fffff : 0;
    uint32_t bits = ((uint32_t)random & 0x80000000) | head << 23 | fraction;
    memcpy(x + i, &bits, sizeof bits);
  }
}

static float as_float(uint32_t bits) {
  float x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

static uint32_t as_bits(float x) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

// MARK: - The plain loop

static float element(struct ck_operand m, size_t row, size_t column) {
  size_t index = m.is_transposed ? column * m.stride + row : row * m.stride + column;
  if (m.is_bfloat16) return as_float((uint32_t)((const uint16_t *)m.elements)[index] << 16);
  return ((const float *)m.elements)[index];
}

// A zero of the same sign for a subnormal number.
static float flushed(float x) { return fabsf(x) < 0x1p-126f ? copysignf(0, x) : x; }

static float rounded(float x) {
  uint32_t bits = as_bits(flushed(x));
  return as_float((bits + 0x7fff + (bits >> 16 & 1)) & 0xffff0000);
}

// a b + sum, rounded once as if exponents had no end, and a zero if that is less than the smallest normal number. What is
// that small is computed 2^64 times as large.
static float add_flushing(float a, float b, float sum) {
  float result = fmaf(a, b, sum);
  if (result == 0 || fabsf(result) > 0x1p-100f) return result;
  bool is_a_small = fabsf(a) < fabsf(b);
  float large = fmaf(is_a_small ? a * 0x1p64f : a, is_a_small ? b : b * 0x1p64f, sum * 0x1p64f);
  return fabsf(large) < 0x1p-62f ? copysignf(0, large) : large * 0x1p-64f;
}

// sum and the product of term k, of operands that are rounded; of terms from `end` on that of zeros.
static float add_term(const struct product *p, size_t row, size_t column, size_t k, size_t end,
                      float sum) {
  float a = k < end ? rounded(element(p->a, row, k)) : 0;
  float b = k < end ? rounded(element(p->b, k, column)) : 0;
  return add_flushing(a, b, sum);
}

static float chain(const struct product *p, size_t row, size_t column, size_t first, size_t end,
                   float sum) {
  if (!p->rounds) {
    for (size_t k = first; k < end; k++)
      sum = fmaf(element(p->a, row, k), element(p->b, k, column), sum);
    return sum;
  }
  sum = flushed(sum);
  if (p->sums == CK_SUMS_IN_PAIRS) {
    for (size_t k = first; k < end; k += 2)
      sum = add_term(p, row, column, k, end, add_term(p, row, column, k + 1, end, sum));
    return sum;
  }
  for (size_t unit = first; unit < end; unit += CK_MATRIX_UNIT) {
    float even = 0, odd = 0;
    for (size_t k = unit; k < unit + CK_MATRIX_UNIT; k += 2) {
      even = add_term(p, row, column, k, end, even);
      odd = add_term(p, row, column, k + 1, end, odd);
    }
    sum = flushed(sum + flushed(even + odd));
  }
  return sum;
}

// What becomes of an element of c.
static float expected(const struct product *p, size_t row, size_t column, float c) {
  if (p->accumulation == CK_CONTINUE) return chain(p, row, column, 0, p->n.depth, c);
  for (size_t k = 0; k < p->n.depth; k += CK_MATRIX_DEPTH_BLOCK) {
    size_t end = k + CK_MATRIX_DEPTH_BLOCK < p->n.depth ? k + CK_MATRIX_DEPTH_BLOCK : p->n.depth;
    float sum = chain(p, row, column, k, end, 0);
    bool is_adding = k > 0 || p->accumulation == CK_ADD;
    c = !is_adding ? sum : p->rounds ? flushed(flushed(c) + sum) : c + sum;
  }
  return c;
}

// MARK: - All products

struct memory {
  float *a, *b, *c, *before;
  uint16_t *b_bfloat16;
  void *scratch;
  uint64_t random;
};

// Computes one product; the elements between the rows of c have to stay.
static bool is_right(struct memory *m, const struct ck_matrix_kernels *kernels,
                     const struct product *p, uint32_t exponent) {
  size_t stride = p->n.columns + 3, count = p->n.rows * stride;
  fill(&m->random, m->c, count, exponent);
  memcpy(m->before, m->c, count * sizeof(float));
  kernels->multiply(m->c, stride, p->a, p->b, p->n.rows, p->n.columns, p->n.depth,
                    p->accumulation, m->scratch);
  for (size_t i = 0; i < count; i++) {
    size_t row = i / stride, column = i % stride;
    float right = column < p->n.columns ? expected(p, row, column, m->before[i]) : m->before[i];
    if (as_bits(right) == as_bits(m->c[i])) continue;
    fprintf(stderr,
            "%zu x %zu x %zu%s%s%s%s, accumulation %d: row %zu, column %zu is %a instead of %a\n",
            p->n.rows, p->n.columns, p->n.depth, p->a.is_transposed ? ", a transposed" : "",
            p->b.is_transposed ? ", b transposed" : "", p->b.is_bfloat16 ? ", b bfloat16" : "",
            !p->rounds                      ? ""
            : p->sums == CK_SUMS_IN_PAIRS ? ", in pairs"
                                          : ", in units",
            p->accumulation, row, column, (double)m->c[i],
            (double)right);
    return false;
  }
  return true;
}

static struct ck_operand operand(const void *elements, size_t rows, size_t columns,
                                 bool is_transposed, bool is_bfloat16) {
  return (struct ck_operand){elements, (is_transposed ? rows : columns) + 1, is_transposed,
                             is_bfloat16};
}

// All accumulations and transpositions of one shape; the numbers of products and of wrong ones are added up.
static void check_shape(struct memory *m, const struct ck_matrix_kernels *kernels, struct shape n,
                        bool rounds, enum ck_sums sums, uint32_t exponent, size_t *products,
                        size_t *wrong) {
  fill(&m->random, m->a, CAPACITY, exponent);
  fill(&m->random, m->b, CAPACITY, exponent);
  for (size_t i = 0; i < CAPACITY; i++) m->b_bfloat16[i] = as_bits(m->b[i]) >> 16;
  for (int accumulation = CK_REPLACE; accumulation <= CK_CONTINUE; accumulation++)
    for (int transposed = 0; transposed < 4; transposed++)
      for (int is_bfloat16 = 0; is_bfloat16 < 2; is_bfloat16++) {
        // Of what is held in bfloat16, transposed ones of products that do not round.
        if (is_bfloat16 && (rounds || !(transposed & 2))) continue;
        const void *b = is_bfloat16 ? (const void *)m->b_bfloat16 : m->b;
        struct product p = {n, operand(m->a, n.rows, n.depth, transposed & 1, false),
                            operand(b, n.depth, n.columns, transposed & 2, is_bfloat16),
                            (enum ck_accumulation)accumulation, rounds, sums};
        *products += 1;
        *wrong += !is_right(m, kernels, &p, exponent);
      }
}

size_t wrong_products(enum ck_isa isa) {
  const struct way {
    const struct ck_matrix_kernels *kernels;
    bool rounds;
    enum ck_sums sums;
  } ways[] = {
      {ck_matrix_for(isa), false, CK_SUMS_IN_PAIRS},
      {ck_matrix_bfloat16_for(isa, CK_SUMS_IN_PAIRS, false), true, CK_SUMS_IN_PAIRS},
      {ck_matrix_bfloat16_for(isa, CK_SUMS_IN_PAIRS, true), true, CK_SUMS_IN_PAIRS},
      {ck_matrix_bfloat16_for(isa, CK_SUMS_IN_UNITS, false), true, CK_SUMS_IN_UNITS},
      {ck_matrix_bfloat16_for(isa, CK_SUMS_IN_UNITS, true), true, CK_SUMS_IN_UNITS},
  };
  const size_t way_count = sizeof ways / sizeof *ways;
  size_t bytes = 64, products = 0, wrong = 0;
  for (size_t i = 0; i < way_count; i++)
    if (ways[i].kernels->scratch_bytes > bytes) bytes = ways[i].kernels->scratch_bytes;
  struct memory m = {
      .a = malloc(CAPACITY * sizeof(float)),
      .b = malloc(CAPACITY * sizeof(float)),
      .c = malloc(CAPACITY * sizeof(float)),
      .before = malloc(CAPACITY * sizeof(float)),
      .b_bfloat16 = malloc(CAPACITY * sizeof(uint16_t)),
      .scratch = aligned_alloc(64, (bytes + 63) / 64 * 64),
  };
  if (!m.a || !m.b || !m.c || !m.before || !m.b_bfloat16 || !m.scratch) abort();
  for (size_t i = 0; i < way_count; i++) {
    const struct way *way = &ways[i];
    // What is native may be what is not.
    if (i > 0 && way->kernels == ways[i - 1].kernels) continue;
    for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++)
      // About 1, and so small that products of two become subnormal.
      for (uint32_t exponent = 60; exponent <= 125; exponent += 65)
        check_shape(&m, way->kernels, shapes[s], way->rounds, way->sums, exponent, &products,
                    &wrong);
  }
  fprintf(stderr, "%zu products, %zu wrong\n", products, wrong);
  free(m.a);
  free(m.b);
  free(m.c);
  free(m.before);
  free(m.b_bfloat16);
  free(m.scratch);
  return wrong;
}
