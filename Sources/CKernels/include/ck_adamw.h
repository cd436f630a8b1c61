// The AdamW update and the gradient norm that clips it.
#ifndef CK_ADAMW_H
#define CK_ADAMW_H

#include <stddef.h>

#include "ck_vector.h"

// The constants of one optimizer step.
struct ck_adamw_constants {
  float gradient_scale;       // clipping: min(1, maximum / (norm + 1e-6)), or 1
  float decay;                // 1 - learning rate * weight decay, or 1
  float beta1, beta2;
  float one_minus_beta1, one_minus_beta2;
  float step_size;            // learning rate / (1 - beta1^t)
  float second_moment_scale;  // 1 / sqrt(1 - beta2^t)
  float epsilon;
};

// What became of the elements of an update that rounds.
struct ck_moved {
  size_t moving;    // those that a moment or decay was to move
  size_t vanished;  // of these, those that are what they were
};

// The optimizer's kernels for one instruction set.
struct ck_adamw_kernels {
  // One pass over n elements: g = gradient * gradient_scale; first = beta1 first + (1 - beta1) g;
  // second = beta2 second + (1 - beta2) g^2;
  // parameters = parameters * decay - step_size * first / (sqrt(second) * second_moment_scale + epsilon);
  // gradients = 0, ready for the next accumulation.
  void (*update)(float *parameters, float *first, float *second, float *gradients, size_t n,
                 const struct ck_adamw_constants *constants);

  // The same for parameters and moments that are bfloat16 numbers, held in fp32: computed in fp32 and then rounded to
  // nearest, ties to even.
  struct ck_moved (*update_bfloat16)(float *parameters, float *first, float *second,
                                     float *gradients, size_t n,
                                     const struct ck_adamw_constants *constants);

  // Sum of x[i]^2 in double, 16 running sums added at the end in one order.
  double (*sum_of_squares)(const float *x, size_t n);
};

// The kernels of the instruction set that ck_selected_isa() gives.
const struct ck_adamw_kernels *ck_adamw(void);

// The kernels of one instruction set, or NULL if this CPU lacks it.
const struct ck_adamw_kernels *ck_adamw_for(enum ck_isa isa);

#endif
