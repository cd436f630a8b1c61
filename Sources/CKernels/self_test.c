// The self-test; see ck_self_test.h. Inputs come from integer arithmetic alone: no libm, no clock, no address.

#include "ck_self_test.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "ck_adamw.h"
#include "ck_matrix.h"
#include "ck_objective.h"

enum { CAPACITY = 1 << 16 };  // Elements of each buffer.

// What a test works with.
struct self_test {
  enum ck_isa isa;
  const struct ck_vector_kernels *vector;
  uint64_t digest;
  uint64_t random;
  // CAPACITY elements each.
  float *a, *b, *c, *d;
  void *scratch;
};

// MARK: - Inputs and digests

// SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014).
static uint64_t next(struct self_test *t) {
  uint64_t z = t->random += 0x9e3779b97f4a7c15;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
  z = (z ^ z >> 27) * 0x94d049bb133111eb;
  return z ^ z >> 31;
}

// Fills n elements with multiples of range / 2^23 in [-range, range); exact for a range that is a power of two.
static void fill(struct self_test *t, float *x, size_t n, float range) {
  if (n > CAPACITY) abort();  // A shape was added that does not fit.
  for (size_t i = 0; i < n; i++)
    x[i] = (float)((int32_t)(next(t) >> 40) - (1 << 23)) * 0x1p-23f * range;
}

static void digest_bytes(struct self_test *t, uint64_t bits, int bytes) {
  for (int i = 0; i < bytes; i++) t->digest = (t->digest ^ (bits >> 8 * i & 255)) * 0x100000001b3;
}

// CPUs differ in sign and payload of the NaN that an invalid operation gives; only that it is one counts.
static void digest(struct self_test *t, const float *x, size_t n) {
  for (size_t i = 0; i < n; i++) {
    uint32_t bits;
    memcpy(&bits, x + i, sizeof bits);
    digest_bytes(t, x[i] != x[i] ? 0x7fc00000 : bits, 4);
  }
}

static void digest_double(struct self_test *t, double x) {
  uint64_t bits;
  memcpy(&bits, &x, sizeof bits);
  digest_bytes(t, x != x ? 0x7ff8000000000000 : bits, 8);
}

// MARK: - Matrix products

struct shape {
  size_t rows, columns, depth;
};

// On both sides of what kernels are made of: tiles of 6, 14 or 32 rows and 16 or 32 columns, blocks of 84 or 96 rows, 384
// columns and 384 terms. (Of 768 columns: BFloat16Tests.)
static const struct shape shapes[] = {{1, 1, 1},     {2, 17, 16},   {5, 31, 2},    {6, 32, 33},
                                      {13, 15, 7},   {14, 16, 100}, {15, 33, 384}, {29, 31, 385},
                                      {17, 49, 769}, {101, 18, 33}, {3, 401, 19}};

// A random matrix of rows x columns, or its transpose, with 3 unused elements after each stored row.
static struct ck_operand operand(struct self_test *t, float *elements, size_t rows,
                                 size_t columns, bool is_transposed) {
  size_t stride = (is_transposed ? rows : columns) + 3;
  fill(t, elements, (is_transposed ? columns : rows) * stride, 1);
  return (struct ck_operand){elements, stride, is_transposed, false};
}

// All shapes and transpositions. The elements between c's rows, which have to stay, count.
static void matrix_with(struct self_test *t, const struct ck_matrix_kernels *kernels,
                        enum ck_accumulation accumulation) {
  for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++)
    for (int transposed = 0; transposed < 4; transposed++) {
      struct shape n = shapes[s];
      struct ck_operand a = operand(t, t->a, n.rows, n.depth, transposed & 1);
      struct ck_operand b = operand(t, t->b, n.depth, n.columns, transposed & 2);
      size_t stride = n.columns + 5;
      fill(t, t->c, n.rows * stride, 4);
      kernels->multiply(t->c, stride, a, b, n.rows, n.columns, n.depth, accumulation, t->scratch);
      digest(t, t->c, n.rows * stride);
    }
}

static void matrix(struct self_test *t, enum ck_accumulation accumulation) {
  matrix_with(t, ck_matrix_for(t->isa), accumulation);
}

static void matrix_replace(struct self_test *t) { matrix(t, CK_REPLACE); }
static void matrix_add(struct self_test *t) { matrix(t, CK_ADD); }
static void matrix_continue(struct self_test *t) { matrix(t, CK_CONTINUE); }

// Numbers with few exponents, so near the smallest normal one that products and sums become subnormal, zeros of both
// signs, and subnormal numbers among them.
static void fill_tiny(struct self_test *t, float *x, size_t n, uint32_t exponent) {
  for (size_t i = 0; i < n; i++) {
    uint64_t random = next(t);
    uint32_t head = random >> 32 & 7 ? exponent + (random >> 40 & 3) : 0;
    uint32_t bits = ((uint32_t)random & 0x807fffff) | head << 23;
    memcpy(x + i, &bits, sizeof bits);
  }
}

static void matrix_bfloat16_of(struct self_test *t, enum ck_sums sums) {
  const struct ck_matrix_kernels *kernels =
      ck_matrix_bfloat16_for(t->isa, sums, ck_uses_native_bfloat16(sums));
  const enum ck_accumulation accumulations[] = {CK_REPLACE, CK_ADD, CK_CONTINUE};
  for (size_t i = 0; i < 3; i++) {
    matrix_with(t, kernels, accumulations[i]);
    const size_t rows = 9, columns = 35, depth = 389;
    fill_tiny(t, t->a, rows * depth, 62);
    fill_tiny(t, t->b, depth * columns, 62);
    fill_tiny(t, t->c, rows * columns, 1);
    kernels->multiply(t->c, columns, (struct ck_operand){t->a, depth, false, false},
                      (struct ck_operand){t->b, columns, false, false}, rows, columns, depth,
                      accumulations[i], t->scratch);
    digest(t, t->c, rows * columns);
  }
}

static void matrix_bfloat16(struct self_test *t) { matrix_bfloat16_of(t, CK_SUMS_IN_PAIRS); }
static void matrix_bfloat16_units(struct self_test *t) { matrix_bfloat16_of(t, CK_SUMS_IN_UNITS); }

// Rows 20 and 21 of a product of 37 rows: both tests have to give the same digest.
static void two_rows(struct self_test *t, size_t first, size_t rows) {
  const struct ck_matrix_kernels *kernels = ck_matrix_for(t->isa);
  const size_t columns = 35, depth = 390;
  struct ck_operand a = operand(t, t->a, 37, depth, false);
  struct ck_operand b = operand(t, t->b, depth, columns, true);
  a.elements = t->a + first * a.stride;
  kernels->multiply(t->c, columns, a, b, rows, columns, depth, CK_REPLACE, t->scratch);
  digest(t, t->c + (20 - first) * columns, 2 * columns);
}

static void matrix_rows_in_whole(struct self_test *t) { two_rows(t, 0, 37); }
static void matrix_rows_alone(struct self_test *t) { two_rows(t, 20, 2); }

// MARK: - Elementary functions

// Every sign and exponent, subnormal numbers, infinity and NaN among them, with the ends of the range of significands
// and random ones.
static size_t fill_sweep(struct self_test *t) {
  size_t n = 0;
  for (uint32_t head = 0; head < 512; head++)
    for (uint32_t i = 0; i < 32; i++) {
      uint32_t low = (uint32_t)next(t) & 0x7fffff;
      uint32_t bits = head << 23 | (i == 0 ? 0 : i == 1 ? 1 : i == 2 ? 0x7fffff : low);
      memcpy(t->a + n++, &bits, sizeof bits);
    }
  // Whole numbers and halves, where results are special; and a size that is no multiple of a vector's.
  for (int i = -204; i <= 204; i++) t->a[n++] = (float)i * 0.5f;
  return n;
}

static void sweep(struct self_test *t, void (*function)(float *out, const float *x, size_t n)) {
  size_t n = fill_sweep(t);
  function(t->b, t->a, n);
  digest(t, t->b, n);
}

static void exponential(struct self_test *t) { sweep(t, t->vector->exp); }
static void logarithm(struct self_test *t) { sweep(t, t->vector->log); }
static void hyperbolic_tangent(struct self_test *t) { sweep(t, t->vector->tanh); }
static void error_function(struct self_test *t) { sweep(t, t->vector->erf); }

static void round_bfloat16(struct self_test *t) {
  size_t n = fill_sweep(t);
  t->vector->round_bfloat16(t->a, n);
  digest(t, t->a, n);
}

// MARK: - Row-wise kernels

static const size_t sizes[] = {1, 2, 15, 16, 17, 31, 32, 33, 63, 100, 576, 1000};
#define FOR_SIZES(n) for (size_t s = 0, n; s < sizeof sizes / sizeof *sizes && (n = sizes[s]); s++)

static void rms_norm(struct self_test *t) {
  const size_t rows = 3;
  float inverse[3];
  FOR_SIZES(n) {
    fill(t, t->a, rows * n, 4);
    fill(t, t->b, n, 1);
    t->vector->rms_norm(t->c, inverse, t->a, t->b, rows, n, 1e-6f, (float)(s % 2));
    digest(t, t->c, rows * n);
    digest(t, inverse, rows);
    t->vector->rms_norm_again(t->c, inverse, t->a, t->b, rows, n, 0);
    digest(t, t->c, rows * n);
  }
}

static void rms_norm_gradients(struct self_test *t) {
  const size_t rows = 5;
  float inverse[5];
  FOR_SIZES(n) {
    fill(t, t->a, rows * n, 4);
    fill(t, t->b, rows * n, 1);
    fill(t, t->c, rows * n, 1);
    fill(t, t->d, n, 1);
    fill(t, inverse, rows, 1);
    t->vector->rms_norm_input_gradient(t->c, t->b, t->a, inverse, t->d, rows, n, 1);
    digest(t, t->c, rows * n);
    t->vector->rms_norm_weight_gradient(t->d, t->b, t->a, inverse, rows, n, n);
    digest(t, t->d, n);
  }
}

static void rotary(struct self_test *t) {
  FOR_SIZES(n) {
    fill(t, t->a, 6 * n, 2);
    fill(t, t->b, n, 1);
    fill(t, t->c, n, 1);
    t->vector->rotate(t->a, t->b, t->c, 3, 2 * n, s % 2 ? -1 : 1);
    digest(t, t->a, 6 * n);
  }
}

static void gate(struct self_test *t, void (*forward)(float *, const float *, const float *, size_t),
                 void (*gradient)(float *, float *, float *, const float *, size_t)) {
  FOR_SIZES(n) {
    fill(t, t->a, n, 16);
    fill(t, t->b, n, 4);
    forward(t->c, t->a, t->b, n);
    digest(t, t->c, n);
    fill(t, t->d, n, 1);
    gradient(t->c, t->a, t->b, t->d, n);
    digest(t, t->a, n);
    digest(t, t->b, n);
    digest(t, t->c, n);
  }
}

static void silu_gate(struct self_test *t) {
  gate(t, t->vector->silu_gate, t->vector->silu_gate_gradient);
}
static void gelu_gate(struct self_test *t) {
  gate(t, t->vector->gelu_gate, t->vector->gelu_gate_gradient);
}

static void softmax(struct self_test *t) {
  FOR_SIZES(n) {
    size_t first = n / 5, end = n - n / 7;
    fill(t, t->a, n, 32);
    t->vector->softmax(t->a, n, first, end, 0.125f);
    digest(t, t->a, n);
    fill(t, t->b, n, 2);
    t->vector->softmax_gradient(t->b, t->a, n, 0.125f);
    digest(t, t->b, n);
  }
}

// The last is beyond the 4096 elements after which partial sums change their precision.
static void log_sum_exp(struct self_test *t) {
  const size_t counts[] = {1, 16, 17, 1000, 5003};
  for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
    size_t index;
    fill(t, t->a, counts[i], 16);
    float result = t->vector->log_sum_exp(&index, t->a, counts[i]);
    digest(t, &result, 1);
    digest_bytes(t, index, 8);
  }
}

static void divergence(struct self_test *t) {
  const size_t counts[] = {1, 16, 17, 1000, 5003};
  for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
    fill(t, t->a, counts[i], 16);
    fill(t, t->b, counts[i], 16);
    digest_double(t, t->vector->divergence(t->a, t->b, counts[i]));
    t->vector->add_scaled(t->b, t->a, -0.99f, counts[i]);
    t->vector->add(t->b, t->a, counts[i]);
    digest_double(t, t->vector->divergence(t->a, t->b, counts[i]));
    digest_double(t, t->vector->divergence(t->a, t->a, counts[i]));
  }
}

static void sums(struct self_test *t) {
  FOR_SIZES(n) {
    fill(t, t->a, n, 1);
    fill(t, t->b, n, 1);
    t->vector->add(t->a, t->b, n);
    t->vector->add_scaled(t->a, t->b, 0.3f, n);
    t->vector->scale(t->b, t->a, 0.7f, n);
    digest(t, t->a, n);
    digest(t, t->b, n);
  }
}

// MARK: - Training

static void objective(struct self_test *t) {
  static const struct ck_objective objectives[] = {
      {20, 0, CK_NORMALIZER_NONE, 0, CK_WEIGHT_ENTROPY},
      {20, 1, CK_NORMALIZER_LN_K, 0, CK_WEIGHT_ENTROPY},
      {1, 2, CK_NORMALIZER_CONSTANT, 3, CK_WEIGHT_ENTROPY},
      {64, 0.5, CK_NORMALIZER_LN_K, 0, CK_WEIGHT_ENTROPY},
      {1024, 1.5, CK_NORMALIZER_LN_K, 0, CK_WEIGHT_ENTROPY}};
  static const size_t vocabularies[] = {17, 64, 1000, 2051};
  enum { ROWS = 4 };
  ck_objective_kernel *kernel = ck_objective_rows_for(t->isa);
  for (size_t o = 0; o < sizeof objectives / sizeof *objectives; o++)
    for (size_t v = 0; v < sizeof vocabularies / sizeof *vocabularies; v++) {
      size_t n = vocabularies[v];
      int32_t targets[ROWS];
      double results[3][ROWS];
      fill(t, t->a, ROWS * n, 16);
      for (size_t r = 0; r < ROWS; r++) targets[r] = (int32_t)(next(t) % n);
      t->a[2 * n + n / 2] = -__builtin_inff();
      t->a[3 * n + n / 3] = 80;  // Nearly all of the probability: an entropy close to 0.
      kernel(results[0], results[1], results[2], t->a, targets, ROWS, n, objectives + o, 0.01);
      for (int i = 0; i < 3; i++)
        for (size_t r = 0; r < ROWS; r++) digest_double(t, results[i][r]);
      digest(t, t->a, ROWS * n);
    }
}

// Three steps of weights of every size; of bfloat16 numbers, what moved counts too.
static void adamw_of(struct self_test *t, bool is_bfloat16) {
  const struct ck_adamw_kernels *kernels = ck_adamw_for(t->isa);
  FOR_SIZES(n) {
    fill(t, t->a, n, 1);
    if (is_bfloat16) t->vector->round_bfloat16(t->a, n);
    memset(t->b, 0, n * sizeof(float));
    memset(t->c, 0, n * sizeof(float));
    // The corrections 1 - beta^t of the first three steps, as good as any other numbers.
    const float first[] = {0.1f, 0.19f, 0.271f}, second[] = {31.6f, 22.4f, 18.3f};
    for (int step = 0; step < 3; step++) {
      struct ck_adamw_constants constants = {.gradient_scale = step == 1 ? 0.7f : 1,
                                             .decay = 0.999f,
                                             .beta1 = 0.9f,
                                             .beta2 = 0.999f,
                                             .one_minus_beta1 = 0.1f,
                                             .one_minus_beta2 = 0.001f,
                                             .step_size = 0.002f / first[step],
                                             .second_moment_scale = second[step],
                                             .epsilon = 1e-8f};
      fill(t, t->d, n, step == 2 ? 0x1p-20f : 1);
      if (is_bfloat16) {
        struct ck_moved moved = kernels->update_bfloat16(t->a, t->b, t->c, t->d, n, &constants);
        digest_bytes(t, moved.moving, 8);
        digest_bytes(t, moved.vanished, 8);
      } else {
        kernels->update(t->a, t->b, t->c, t->d, n, &constants);
      }
    }
    digest(t, t->a, n);
    digest(t, t->b, n);
    digest(t, t->c, n);
    digest(t, t->d, n);
  }
}

static void adamw(struct self_test *t) { adamw_of(t, false); }
static void adamw_bfloat16(struct self_test *t) { adamw_of(t, true); }

static void sum_of_squares(struct self_test *t) {
  FOR_SIZES(n) {
    fill(t, t->a, n, 8);
    digest_double(t, ck_adamw_for(t->isa)->sum_of_squares(t->a, n));
  }
}

// MARK: - All tests

static const struct {
  const char *name;
  void (*run)(struct self_test *);
} tests[] = {
    {"matrix_replace", matrix_replace},
    {"matrix_add", matrix_add},
    {"matrix_continue", matrix_continue},
    {"matrix_rows_in_whole", matrix_rows_in_whole},
    {"matrix_rows_alone", matrix_rows_alone},
    {"matrix_bfloat16", matrix_bfloat16},
    {"matrix_bfloat16_units", matrix_bfloat16_units},
    {"round_bfloat16", round_bfloat16},
    {"exp", exponential},
    {"log", logarithm},
    {"tanh", hyperbolic_tangent},
    {"erf", error_function},
    {"rms_norm", rms_norm},
    {"rms_norm_gradients", rms_norm_gradients},
    {"rotary", rotary},
    {"silu_gate", silu_gate},
    {"gelu_gate", gelu_gate},
    {"softmax", softmax},
    {"log_sum_exp", log_sum_exp},
    {"divergence", divergence},
    {"sums", sums},
    {"objective", objective},
    {"adamw", adamw},
    {"adamw_bfloat16", adamw_bfloat16},
    {"sum_of_squares", sum_of_squares},
};

size_t ck_self_test_count(void) { return sizeof tests / sizeof *tests; }

const char *ck_self_test_name(size_t test) { return tests[test].name; }

uint64_t ck_self_test_digest(enum ck_isa isa, size_t test) {
  const struct ck_vector_kernels *vector = ck_vector_for(isa);
  if (!vector) return 0;
  // The size is a multiple of the alignment, as aligned_alloc wants it.
  size_t scratch = ck_matrix_for(isa)->scratch_bytes;
  for (enum ck_sums sums = CK_SUMS_IN_PAIRS; sums <= CK_SUMS_IN_UNITS; sums++) {
    size_t bytes =
        ck_matrix_bfloat16_for(isa, sums, ck_uses_native_bfloat16(sums))->scratch_bytes;
    if (bytes > scratch) scratch = bytes;
  }
  scratch = (scratch + 63) / 64 * 64;
  float *memory = aligned_alloc(64, 4 * CAPACITY * sizeof(float) + scratch);
  if (!memory) return 0;
  struct self_test t = {
      .isa = isa,
      .vector = vector,
      .digest = 0xcbf29ce484222325,
      .a = memory,
      .b = memory + CAPACITY,
      .c = memory + 2 * CAPACITY,
      .d = memory + 3 * CAPACITY,
      .scratch = memory + 4 * CAPACITY,
  };
  tests[test].run(&t);
  free(memory);
  return t.digest;
}
