// Prints the digests of the kernels' self-test, a line each, for the instruction set that REPLICATE_ISA selects: a
// program without Swift, for machines and emulators that have none.
#include <inttypes.h>
#include <stdio.h>

#include "ck_self_test.h"

int main(void) {
  enum ck_isa isa = ck_selected_isa();
  fprintf(stderr, "%s\n", ck_isa_name(isa));
  for (size_t test = 0; test < ck_self_test_count(); test++)
    printf("%s %016" PRIx64 "\n", ck_self_test_name(test), ck_self_test_digest(isa, test));
  return ferror(stdout) || fflush(stdout) != 0;
}
