#include "config/trust-settings.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"

const char *policy_role_name(enum policy_role role)
{
	static const char *const names[POLICY_ROLES] = {
		[POLICY_MEMBER] = "member",
		[POLICY_SECRETARY] = "secretary",
		[POLICY_CHAIR] = "chair",
		[POLICY_SECURITY_UNIT] = "security_unit",
		[POLICY_COORDINATOR] = "coordinator",
	};

	return names[role];
}

const char *policy_act_name(enum policy_act act)
{
	static const char *const names[POLICY_ACTS] = {
		[POLICY_ANSWER] = "answer",
		[POLICY_MINUTES] = "minutes",
		[POLICY_PLAN] = "plan",
		[POLICY_COMMAND] = "command",
	};

	return names[act];
}

/* What a role has no setting for it may never do. */
static enum policy_evidence evidence_of(const char *word)
{
	static const char *const names[] = {
		[POLICY_NEVER] = "never",
		[POLICY_VOUCHED] = "vouched",
		[POLICY_TOKEN] = "token",
		[POLICY_EITHER] = "vouched-or-token",
		[POLICY_BOTH] = "vouched-and-token",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i], word) == 0)
			return (enum policy_evidence)i;
	return POLICY_NEVER;
}

struct trust_settings trust_settings_of(const json_t *trust)
{
	const json_t *policy = json_object_get(trust, "policy");
	const json_t *tenant = json_object_get(trust, "tenant");
	struct trust_settings s = {
		.authserv_ids = json_object_get(trust, "authserv_ids"),
		.is_exchange_online = strcmp(json_str_or(trust, "provider", ""),
					      "exchange-online") == 0,
		.tenant_id = json_str(tenant, "id"),
		.tenant_domains = json_object_get(tenant, "domains"),
	};

	for (int role = 0; role < POLICY_ROLES; role++)
		for (int act = 0; act < POLICY_ACTS; act++)
			s.needs[role][act] = evidence_of(json_str_or(
				json_object_get(policy,
					policy_role_name((enum policy_role)role)),
				policy_act_name((enum policy_act)act), ""));
	return s;
}

struct daily_settings daily_settings_of(const json_t *daily)
{
	const char *at = json_str_or(daily, "at", "00:00");
	const char *colon = strchr(at, ':');

	return (struct daily_settings){
		.hour = atoi(at),
		.minute = colon ? atoi(colon + 1) : 0,
		.days = json_object_get(daily, "days"),
		.when_nothing = json_bool_or(daily, "when_nothing", false),
		.wait_days = (int)json_int_or(daily, "wait_days", 1),
	};
}
