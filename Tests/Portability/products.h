#ifndef PRODUCTS_H
#define PRODUCTS_H

#include <stddef.h>

#include "ck_vector.h"

// Computes products of odd shapes in every way and compares each element with a plain loop, bit by bit; says on standard
// error which differ, and returns how many.
size_t wrong_products(enum ck_isa isa);

#endif
