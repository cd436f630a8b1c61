#include "ck_matrix.h"

#define CK_NAME ck_matrix_units_generic
#define CK_UNITS
#define ROWS 6
#define VECTORS 1
#include "matrix_bfloat16.inc"
