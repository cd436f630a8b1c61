// Norms, activations, rotary embedding, softmax and other row-wise operations of a transformer.
#ifndef CK_VECTOR_H
#define CK_VECTOR_H

#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

// Instruction sets that a kernel is compiled for, in rising order. What every CPU of an architecture has is NEON on ARM,
// where fused multiply-adds belong to it, and otherwise has no name.
enum ck_isa { CK_ISA_GENERIC = 0, CK_ISA_NEON = 1, CK_ISA_AVX2 = 2, CK_ISA_AVX512 = 3 };

// The best instruction set that this CPU has, or the lower one that the environment variable REPLICATE_ISA names
// (generic, avx2, avx512).
enum ck_isa ck_selected_isa(void);

// Name of an instruction set, as REPLICATE_ISA spells it.
const char *ck_isa_name(enum ck_isa isa);

// The row-wise kernels of one instruction set.
struct ck_vector_kernels {
  // out[r] = x[r] * inverse_rms[r] * (offset + weight), inverse_rms[r] = 1 / sqrt(mean(x[r]^2) + epsilon).
  // out, x: rows x n; inverse_rms: rows; weight: n. out may be x.
  void (*rms_norm)(float *out, float *inverse_rms, const float *x, const float *weight,
                   size_t rows, size_t n, float epsilon, float offset);

  // The same with inverse_rms already known.
  void (*rms_norm_again)(float *out, const float *inverse_rms, const float *x,
                         const float *weight, size_t rows, size_t n, float offset);

  // d_x += gradient of rms_norm with respect to x. d_x, d_out, x: rows x n.
  void (*rms_norm_input_gradient)(float *d_x, const float *d_out, const float *x,
                                  const float *inverse_rms, const float *weight, size_t rows,
                                  size_t n, float offset);

  // d_weight[j] += sum over rows of d_out[r][j] * x[r][j] * inverse_rms[r], for j < columns. Rows are `stride` apart,
  // so that column tiles of one matrix can be done in parallel without sharing an output.
  void (*rms_norm_weight_gradient)(float *d_weight, const float *d_out, const float *x,
                                   const float *inverse_rms, size_t rows, size_t columns,
                                   size_t stride);

  // out[r] = (x[r] - mean) * inverse_deviation * weight + bias; each row's two numbers go to statistics, side by side.
  // mean = mean(x[r]), inverse_deviation = 1 / sqrt(mean((x[r] - mean)^2) + epsilon).
  // out, x: rows x n; statistics: rows x 2; weight, bias: n. out may be x.
  void (*layer_norm)(float *out, float *statistics, const float *x, const float *weight,
                     const float *bias, size_t rows, size_t n, float epsilon);

  // The same with statistics already known.
  void (*layer_norm_again)(float *out, const float *statistics, const float *x,
                           const float *weight, const float *bias, size_t rows, size_t n);

  // d_x += gradient of layer_norm with respect to x. d_x, d_out, x: rows x n.
  void (*layer_norm_input_gradient)(float *d_x, const float *d_out, const float *x,
                                    const float *statistics, const float *weight, size_t rows,
                                    size_t n);

  // d_weight[j] += sum over rows of d_out[r][j] * (x[r][j] - mean) * inverse_deviation, for j < columns. Rows are
  // `stride` apart, as of rms_norm_weight_gradient.
  void (*layer_norm_weight_gradient)(float *d_weight, const float *d_out, const float *x,
                                     const float *statistics, size_t rows, size_t columns,
                                     size_t stride);

  // Rotates the halves of each head: (a, b) -> (a cos - b sin, b cos + a sin); sign -1 is the inverse.
  // x: `heads` heads of `dimension` elements, side by side; cosine, sine: dimension / 2.
  void (*rotate)(float *x, const float *cosine, const float *sine, size_t heads,
                 size_t dimension, float sign);

  // out = activation(gate) * up, n elements. SiLU, or GELU in its tanh form.
  void (*silu_gate)(float *out, const float *gate, const float *up, size_t n);
  void (*gelu_gate)(float *out, const float *gate, const float *up, size_t n);

  // Overwrites gate and up with their gradients; also gives out, the forward value, again.
  void (*silu_gate_gradient)(float *out, float *gate, float *up, const float *d_out, size_t n);
  void (*gelu_gate_gradient)(float *out, float *gate, float *up, const float *d_out, size_t n);

  // out = x * P(X <= x) for a standard normal X: GELU in its exact form. n elements; out may be x.
  void (*exact_gelu)(float *out, const float *x, size_t n);

  // Overwrites x with its gradient; also gives out, the forward value, again.
  void (*exact_gelu_gradient)(float *out, float *x, const float *d_out, size_t n);

  // out = function(x), n elements, each within 1 ulp of the exact value, subnormal numbers included; NaN gives the
  // same NaN, quiet. log of -0 is -infinity, of negative numbers the NaN 0x7fc00000. tanh and erf are odd. out may be x.
  void (*exp)(float *out, const float *x, size_t n);
  void (*log)(float *out, const float *x, size_t n);
  void (*tanh)(float *out, const float *x, size_t n);
  void (*erf)(float *out, const float *x, size_t n);

  // In place: exp(scale * (x - max)) / sum over x[first ..< end]; every other element of x[0 ..< n] becomes 0.
  void (*softmax)(float *x, size_t n, size_t first, size_t end, float scale);

  // d_scores = p * (d_p - sum(p * d_p)) * scale, written over d_p. p, d_p: n.
  void (*softmax_gradient)(float *d_p, const float *p, size_t n, float scale);

  // y += x, n elements.
  void (*add)(float *y, const float *x, size_t n);

  // y = x * factor, n elements; y may be x.
  void (*scale)(float *y, const float *x, float factor, size_t n);

  // y += x * factor, n elements.
  void (*add_scaled)(float *y, const float *x, float factor, size_t n);

  // x rounded to the nearest bfloat16 number, to the even one in the middle, subnormal numbers included; n elements.
  void (*round_bfloat16)(float *x, size_t n);

  // Greatest element's lowest index into *index; returns log(sum(exp(x))), fp32 result of a double sum of lanes.
  float (*log_sum_exp)(size_t *index, const float *x, size_t n);

  // Kullback-Leibler divergence in nats of softmax(own) from softmax(reference): sum(q * (log q - log p)) for q of the
  // reference and p of own, n logits each. Exponentials in fp32, all else in double: exactly 0 for equal logits, else
  // within 1e-6 of (1 + the differences of logits); NaN where a logit is not finite.
  double (*divergence)(const float *reference, const float *own, size_t n);
};

// The kernels of the instruction set that ck_selected_isa() gives.
const struct ck_vector_kernels *ck_vector(void);

// The kernels of one instruction set, or NULL if this CPU lacks it.
const struct ck_vector_kernels *_Nullable ck_vector_for(enum ck_isa isa);

#pragma clang assume_nonnull end

#endif
