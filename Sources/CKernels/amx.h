// Whether AMX can be used; see matrix_units_amx.c.
#ifndef CK_AMX_H
#define CK_AMX_H

#include <stdbool.h>

// There is a way to ask for AMX on Linux only.
#if defined(__x86_64__) && defined(__linux__)
#define CK_HAS_AMX

// Whether this CPU has AMX's products of bfloat16 numbers, and the system lets this process use them.
bool ck_may_use_amx(void);
#endif

#endif
