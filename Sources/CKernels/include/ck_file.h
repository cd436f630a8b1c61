#ifndef CK_FILE_H
#define CK_FILE_H

#include <fcntl.h>

// open's flag for writes past the page cache (open(2)). Swift's import of fcntl.h lacks it, and its value differs between
// architectures. glibc has the second name in every mode.
enum { ck_o_direct = __O_DIRECT };

#endif
