/*
 * Whose word on a sender counts, what each role needs for each act, and when the
 * coordinator's daily mail goes out.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

enum policy_role {
	POLICY_MEMBER, /* whoever is invited */
	POLICY_SECRETARY,
	POLICY_CHAIR,
	POLICY_SECURITY_UNIT,
	POLICY_COORDINATOR,
	POLICY_ROLES
};

enum policy_act {
	POLICY_ANSWER, /* for oneself */
	POLICY_MINUTES,
	POLICY_PLAN, /* meetings, by mail */
	POLICY_COMMAND,
	POLICY_ACTS
};

/* What must speak for a sender. */
enum policy_evidence {
	POLICY_NEVER,
	POLICY_VOUCHED, /* a server that we trust says that he is real */
	POLICY_TOKEN,	/* he answers a mail that we sent to him */
	POLICY_EITHER,
	POLICY_BOTH
};

struct trust_settings {
	const json_t *authserv_ids; /* whose Authentication-Results count */
	bool is_exchange_online;
	const char *tenant_id;	      /* NULL: none */
	const json_t *tenant_domains; /* array; NULL */
	enum policy_evidence needs[POLICY_ROLES][POLICY_ACTS];
};

struct daily_settings {
	int hour, minute;   /* local */
	const json_t *days; /* "mon", ... */
	bool when_nothing;
	int wait_days;
};

/* The words of the schema. */
const char *policy_role_name(enum policy_role role);
const char *policy_act_name(enum policy_act act);

/* From the checked objects `trust` and `daily_mail`, which they borrow. */
struct trust_settings trust_settings_of(const json_t *trust);
struct daily_settings daily_settings_of(const json_t *daily);
