/*
 * What the settings' retention means today: what arrived before which moment may go.
 */
#pragma once

#include <stdint.h>

#include "config/settings.h"
#include "store/removal.h"

/* Borrows from rule. A day counts from local midnight; 29 February of a year without
 * one is 1 March. */
struct removal retention_of(const struct retention_settings *rule, int64_t now);
