/*
 * The year's plan as a picture: a wheel with the months around it and a ring for each
 * council, beside it what the signs mean and what is missing. One page, A3 or A4
 * across.
 */
#pragma once

#include <jansson.h>

#include "base/buf.h"

/*
 * plan: as duty/season gives it, words: of its language. Adds a whole SVG document,
 * valid XML, without scripts and references.
 */
void year_wheel_draw(const json_t *plan, const json_t *words, struct buf *out);
