/*
 * Jansson with less ceremony, and the line of a value in the text it was read from
 * (Jansson does not keep it). Paths are JSON pointers (RFC 6901): /councils/3/name.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A string member, or NULL where absent or no string; borrowed. */
const char *json_str(const json_t *object, const char *key);
/* A string member, or otherwise. */
const char *json_str_or(const json_t *object, const char *key, const char *otherwise);
int64_t json_int_or(const json_t *object, const char *key, int64_t otherwise);
bool json_bool_or(const json_t *object, const char *key, bool otherwise);
/* Sets a string member unless value is NULL. Invalid UTF-8 is replaced by U+FFFD. */
void json_put_str(json_t *object, const char *key, const char *value);
void json_put_int(json_t *object, const char *key, int64_t value);
/* An array of strings that holds s. */
bool json_has_str(const json_t *array, const char *s);
/* Line (1-based) on which the value at the pointer begins in valid JSON text; 0: none.
 */
int json_line(const char *text, const char *pointer);
/* Compact text; the caller frees. */
char *json_text(const json_t *value);
