#include "ck_adamw.h"

#define CK_NAME ck_adamw_generic
#include "adamw.inc"
