#include "ck_objective.h"

#define CK_NAME ck_objective_generic
#include "objective.inc"
