// Prints the digests of the kernels' self-test, a line each, for the instruction set that REPLICATE_ISA selects, and
// compares matrix products with plain loops: a program without Swift, for machines and emulators that have none. Ends with
// 1 if a product is wrong.
#include <inttypes.h>
#include <stdio.h>

#include "ck_self_test.h"
#include "products.h"

int main(void) {
  enum ck_isa isa = ck_selected_isa();
  fprintf(stderr, "%s\n", ck_isa_name(isa));
  for (size_t test = 0; test < ck_self_test_count(); test++)
    printf("%s %016" PRIx64 "\n", ck_self_test_name(test), ck_self_test_digest(isa, test));
  return wrong_products(isa) > 0 || ferror(stdout) || fflush(stdout) != 0;
}
