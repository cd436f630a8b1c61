#include "ck_vector.h"

#define CK_NAME ck_vector_generic
#include "vector.inc"
