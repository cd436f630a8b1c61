#include "ck_matrix.h"

#define CK_NAME ck_matrix_generic
#define ROWS 6
#define VECTORS 1
#define STRIP 1
#include "matrix.inc"
