// Token-level training objectives: cross entropy times a weight that no gradient flows through.
#ifndef CK_OBJECTIVE_H
#define CK_OBJECTIVE_H

#include <stddef.h>
#include <stdint.h>

#include "ck_vector.h"

// Most logits that an entropy may be taken over.
#define CK_OBJECTIVE_MAXIMUM_K 1024

// What an entropy is divided by before it becomes a weight.
enum ck_normalizer { CK_NORMALIZER_NONE = 0, CK_NORMALIZER_LN_K = 1, CK_NORMALIZER_CONSTANT = 2 };

// What a token is weighted by: CK_WEIGHT_ENTROPY and so on.
enum ck_weight {
#define CK_WEIGHT(name, value) CK_WEIGHT_##name,
#include "../weights.inc"
#undef CK_WEIGHT
};

struct ck_objective {
  size_t k;                       // of the entropy: 1 ... CK_OBJECTIVE_MAXIMUM_K; at least 2 with LN_K
  double alpha;                   // >= 0; 0 gives a weight of exactly 1; only for CK_WEIGHT_ENTROPY
  enum ck_normalizer normalizer;  // LN_K is the log of min(k, vocabulary); only for CK_WEIGHT_ENTROPY
  double constant;                // > 0; only for CONSTANT
  enum ck_weight weight;
};

// For each row: the cross entropy of the target under the softmax of the whole row, the entropy H >= 0 of the
// softmax of its k largest logits, and the weight, all in double; then overwrites the row with
// scale * weight * (softmax - onehot(target)), the gradient of scale * weight * cross entropy with the weight held
// fixed. With CK_WEIGHT_GIVEN, weight is read and not written. logits: rows x vocabulary; targets: rows, each in 0 ..< vocabulary; the rest: rows.
// A row's results depend on that row alone. NaN and +inf logits give a NaN cross entropy; -inf has probability 0.
typedef void ck_objective_kernel(double *cross_entropy, double *entropy, double *weight,
                                 float *logits, const int32_t *targets, size_t rows,
                                 size_t vocabulary, const struct ck_objective *objective,
                                 double scale);

// The kernel for the instruction set that ck_selected_isa() gives.
ck_objective_kernel *ck_objective_rows(void);

// The kernel of one instruction set, or NULL if this CPU lacks it.
ck_objective_kernel *ck_objective_rows_for(enum ck_isa isa);

#endif
