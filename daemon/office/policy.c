#include "office/policy.h"

#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "mail/address.h"
#include "store/letter.h"
#include "store/meeting.h"

/* ---- who he is ---- */

typedef bool roles_t[POLICY_ROLES];

static bool is_in(const json_t *addresses, const char *address)
{
	size_t i;
	json_t *one;

	json_array_foreach ((json_t *)addresses, i, one)
		if (address_is_same(address, json_string_value(one)))
			return true;
	return false;
}

static int add_meeting_roles(struct office *o, int64_t meeting_id, const char *from,
	roles_t roles, struct err *err)
{
	json_auto_t *list = meeting_roles(o->db, meeting_id, err);
	size_t i;
	json_t *role;

	if (!list)
		return -1;
	json_array_foreach (list, i, role) {
		const char *holder = json_str_or(role, "address", "");
		const char *name = json_str_or(role, "role", "");
		int same = *holder ? handler_is_same_person(o, from, holder, err) : 0;
		if (same < 0)
			return -1;
		if (same && strcmp(name, "secretary") == 0)
			roles[POLICY_SECRETARY] = true;
		if (same && strcmp(name, "chair") == 0)
			roles[POLICY_CHAIR] = true;
	}
	return 0;
}

static int find_roles(struct office *o, const char *from, int64_t meeting_id,
	roles_t roles, struct err *err)
{
	const struct settings *s = &o->config->settings;

	/* Whose answer it is has been found by then. */
	roles[POLICY_MEMBER] = true;
	roles[POLICY_SECURITY_UNIT] = is_in(s->security_unit, from);
	roles[POLICY_COORDINATOR] = address_is_same(from, s->coordinator_address);
	return meeting_id ? add_meeting_roles(o, meeting_id, from, roles, err) : 0;
}

/* ---- what speaks for him ---- */

/* A Message-ID that only we and he know: it is of a mail to him. */
static int has_token(struct office *o, const struct mail_case *c, struct err *err)
{
	delivery_auto d = DELIVERY_EMPTY;
	str_auto *key = xasprintf("%lld", (long long)c->delivery_id);

	if (c->has_code)
		return 1;
	if (!c->delivery_id)
		return 0;
	int found = delivery_find(o->db, key, &d, err);
	return found <= 0 ? found : handler_is_same_person(o, c->from, d.address, err);
}

static bool is_enough(enum policy_evidence needed, bool vouched, bool token)
{
	switch (needed) {
	case POLICY_NEVER:
		break;
	case POLICY_VOUCHED:
		return vouched;
	case POLICY_TOKEN:
		return token;
	case POLICY_EITHER:
		return vouched || token;
	case POLICY_BOTH:
		return vouched && token;
	}
	return false;
}

/* ---- both ---- */

static const struct {
	const char *no_role, *not_vouched, *no_token;
} refusals[POLICY_ACTS] = {
	[POLICY_ANSWER] = {"answer-not-allowed", "answer-not-vouched",
		"answer-no-token"},
	[POLICY_MINUTES] = {"minutes-no-role", "minutes-not-vouched",
		"minutes-no-token"},
	[POLICY_PLAN] = {"plan-no-role", "plan-not-vouched", "plan-no-token"},
	[POLICY_COMMAND] = {"command-no-role", "command-not-vouched",
		"command-no-token"},
};

int policy_allows(struct office *o, const struct mail_case *c, enum policy_act act,
	int64_t meeting_id, const char **ret, struct err *err)
{
	const enum policy_evidence(*needs)[POLICY_ACTS] =
		o->config->settings.trust.needs;
	roles_t roles = {false};
	bool has_role = false;

	*ret = refusals[act].no_role;
	if (!c->from)
		return 0;
	int token = has_token(o, c, err);
	if (token < 0 || find_roles(o, c->from, meeting_id, roles, err) < 0)
		return -1;
	for (int role = 0; role < POLICY_ROLES; role++) {
		if (!roles[role] || needs[role][act] == POLICY_NEVER)
			continue;
		if (is_enough(needs[role][act], c->is_vouched, token))
			return 1;
		has_role = true;
	}
	if (has_role)
		*ret = c->is_vouched ? refusals[act].no_token
				     : refusals[act].not_vouched;
	return 0;
}
