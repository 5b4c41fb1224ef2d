#include "base/mapping.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#define WINDOW ((size_t)1 << 20)

int mapping_open(struct mapping *m, int fd, size_t len, struct err *err)
{
	void *bytes = mmap(NULL, len, PROT_READ, MAP_PRIVATE, fd, 0);

	*m = MAPPING_NONE;
	if (bytes == MAP_FAILED)
		return err_set(err, ERR_TEMP, "mapping: %s", strerror(errno));
	*m = (struct mapping){bytes, len};
	return 0;
}

void mapping_passed(const struct mapping *m, size_t *so_far, size_t n)
{
	*so_far += n;
	if (*so_far < WINDOW || !m || !m->bytes)
		return;
	*so_far = 0;
	/* Pages of the file that nobody has written to: nothing is lost. */
	(void)madvise(m->bytes, m->len, MADV_DONTNEED);
}

void mapping_close(struct mapping *m)
{
	if (m->bytes)
		munmap(m->bytes, m->len);
	*m = MAPPING_NONE;
}
