// Known-answer tests of the kernels: fixed inputs, and a digest of the bits that come out.
#ifndef CK_SELF_TEST_H
#define CK_SELF_TEST_H

#include <stddef.h>
#include <stdint.h>

#include "ck_vector.h"

#pragma clang assume_nonnull begin

// Number of tests. Each has an index below it.
size_t ck_self_test_count(void);

// Name of a test: lowercase words with underscores.
const char *ck_self_test_name(size_t test);

// FNV-1a 64 over the bytes of all results of a test, least significant byte first and every NaN as the positive quiet
// one, with the kernels of one instruction set. The same on every CPU. 0 if this CPU lacks the instruction set or
// memory is lacking; no test has the digest 0.
uint64_t ck_self_test_digest(enum ck_isa isa, size_t test);

#pragma clang assume_nonnull end

#endif
