#ifndef CK_FILE_H
#define CK_FILE_H

#include <fcntl.h>

// O_DIRECT of open(2), which is no kernel: Swift's import of fcntl.h lacks it, and its value differs between architectures.
// glibc has the second name in every mode.
enum { ck_o_direct = __O_DIRECT };

#endif
