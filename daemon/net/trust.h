/*
 * Which authorities a server's certificate is checked against. Inside net/ only.
 */
#pragma once

#include <curl/curl.h>

/* ca_file: a PEM file, which then counts alone; NULL: the system's. */
void trust_set(CURL *easy, const char *ca_file);
