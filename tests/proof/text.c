/* The cursor: proved by itself, since it is made of functions in a header. */
#include "list/text.h"
