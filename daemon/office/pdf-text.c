#include "office/pdf-text.h"

#include "base/program.h"
#include "config/warnings.h"
#include "mail/charset.h"

#define MIB ((size_t)1 << 20)
/* Exit codes of pdftotext(1). */
#define OPENED 0
#define NOT_OPENED 1
#define NOT_PERMITTED 3
#define NO_SUCH_PAGE 99

static enum pdf_outcome judge(int code, bool is_encrypted, struct err *err)
{
	switch (code) {
	case OPENED:
	case NOT_PERMITTED:
		return PDF_READ;
	case NOT_OPENED:
		return is_encrypted ? PDF_PASSWORD : PDF_DAMAGED;
	case NO_SUCH_PAGE:
		return PDF_EMPTY;
	}
	err_set(err, ERR_PERM, PDFTOTEXT ": left with exit code %d", code);
	return PDF_UNREAD;
}

enum pdf_outcome pdf_text(const struct reader_settings *limits, const struct spool *pdf,
	bool is_encrypted, struct buf *ret, struct err *err)
{
	static const char *const argv[] = {
		PDFTOTEXT, "-enc", "UTF-8", "-nopgbrk", "-", "-", NULL};
	const struct program_limits most = {.cpu_seconds = limits->cpu_seconds,
		.wall_ms = limits->wall_seconds * 1000,
		.memory = (size_t)limits->memory_mib * MIB,
		.output_max = (size_t)limits->text_bytes};
	buf_auto out = BUF_EMPTY;
	buf_auto said = BUF_EMPTY;
	int code = 0;
	fd_auto in = spool_reopen(pdf, err);

	if (in < 0)
		return PDF_UNREAD;
	enum program_outcome ended =
		program_run(argv, &most, in, &out, &said, &code, err);
	if (ended != PROGRAM_ENDED && ended != PROGRAM_TOO_MUCH)
		return PDF_UNREAD;
	charset_decode(ret, "utf-8", out.data, out.len);
	return ended == PROGRAM_TOO_MUCH ? PDF_READ : judge(code, is_encrypted, err);
}
