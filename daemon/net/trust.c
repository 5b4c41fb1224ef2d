#include "net/trust.h"

#include <unistd.h>

/* All that the system trusts, each once. The folder it is in, which libcurl would read,
 * has each of them three times, and every connection keeps what it has read. */
#define SYSTEM_FILE "/etc/ssl/certs/ca-certificates.crt"

void trust_set(CURL *easy, const char *ca_file)
{
	if (!ca_file && access(SYSTEM_FILE, R_OK) == 0)
		ca_file = SYSTEM_FILE;
	if (!ca_file)
		return;
	curl_easy_setopt(easy, CURLOPT_CAINFO, ca_file);
	curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
}
