#include "config/oauth-settings.h"

#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"

#define MICROSOFT "https://login.microsoftonline.com/organizations/oauth2/v2.0"

static void put_missing(json_t *oauth, const char *key, const char *value)
{
	if (!json_object_get(oauth, key))
		json_put_str(oauth, key, value);
}

/* The address that codes are asked for stands beside the one for tokens, whichever
 * tenant they name. The caller frees; NULL: it is not Microsoft's. */
static char *device_url_beside(const char *token_url)
{
	static const char end[] = "/oauth2/v2.0/token";
	size_t len = token_url ? strlen(token_url) : 0;

	if (len < sizeof(end) || strcmp(token_url + len - strlen(end), end) != 0)
		return NULL;
	return xasprintf("%.*sdevicecode", (int)(len - strlen("token")), token_url);
}

/* A program's own right holds in one tenant, which only the office knows. */
static void put_exchange_online(json_t *oauth, const char *section)
{
	const char *grant = json_str_or(oauth, "grant", "");
	bool is_person = strcmp(grant, "client-credentials") != 0;

	if (!is_person) {
		put_missing(oauth, "scope", "https://outlook.office365.com/.default");
		return;
	}
	put_missing(oauth, "token_url", MICROSOFT "/token");
	str_auto *device_url = device_url_beside(json_str(oauth, "token_url"));
	put_missing(oauth, "device_url", device_url);
	put_missing(oauth, "scope",
		strcmp(section, "imap") == 0
			? "https://outlook.office.com/IMAP.AccessAsUser.All "
			  "offline_access"
			: "https://outlook.office.com/SMTP.Send offline_access");
}

static void put_google(json_t *oauth)
{
	put_missing(oauth, "grant", "refresh-token");
	put_missing(oauth, "token_url", "https://oauth2.googleapis.com/token");
	put_missing(oauth, "scope", "https://mail.google.com/");
}

json_t *oauth_effective(const json_t *settings, const char *section)
{
	const json_t *own =
		json_object_get(json_object_get(settings, section), "oauth2");
	const json_t *common = json_object_get(settings, "oauth2");
	json_t *oauth = json_object();

	if (json_is_object(common))
		json_object_update(oauth, (json_t *)common);
	if (json_is_object(own))
		json_object_update(oauth, (json_t *)own);
	const char *preset = json_str_or(oauth, "preset", "");
	if (strcmp(preset, "exchange-online") == 0)
		put_exchange_online(oauth, section);
	if (strcmp(preset, "google") == 0)
		put_google(oauth);
	put_missing(oauth, "mechanism", "xoauth2");
	return oauth;
}

static enum oauth_grant grant_of(const char *name)
{
	if (strcmp(name, "refresh-token") == 0)
		return OAUTH_REFRESH_TOKEN;
	return strcmp(name, "device-code") == 0 ? OAUTH_DEVICE_CODE
						: OAUTH_CLIENT_CREDENTIALS;
}

struct oauth_settings oauth_settings_of(const json_t *oauth)
{
	const json_t *secret = json_object_get(oauth, "client_secret");
	const json_t *refresh = json_object_get(oauth, "refresh_token");

	return (struct oauth_settings){
		.grant = grant_of(json_str_or(oauth, "grant", "")),
		.token_url = json_str(oauth, "token_url"),
		.device_url = json_str(oauth, "device_url"),
		.client_id = json_str(oauth, "client_id"),
		.scope = json_str(oauth, "scope"),
		.secret_file = json_str(secret, "file"),
		.secret_credential = json_str(secret, "credential"),
		.refresh_file = json_str(refresh, "file"),
		.refresh_credential = json_str(refresh, "credential"),
		.ca_file = json_str(oauth, "ca_file"),
		.is_oauthbearer =
			strcmp(json_str_or(oauth, "mechanism", ""), "oauthbearer") == 0,
	};
}
