/*
 * Addresses of the web, by libcurl's own parser: what one of our checks lets through is
 * what is connected to.
 */
#pragma once

/* For errors: "kalender.example", or "?" where the address is none; the caller frees.
 */
char *url_host(const char *url);
/* Without user name and password: behind a redirect, libcurl's own idea of where it is
 * holds them. "" where the address is none; the caller frees. */
char *url_without_user(const char *url);
