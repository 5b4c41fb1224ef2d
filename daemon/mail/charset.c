#include "mail/charset.h"

#include <errno.h>
#include <iconv.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/text.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

/* Read as what is written there in truth: UTF-8, or its superset of everyday mail. */
static const char *const utf8_or_1252[] = {"", "utf-8", "utf8", "us-ascii", "ascii",
	"ansi_x3.4-1968", "iso-8859-1", "iso8859-1", "iso_8859-1", "latin1", "l1",
	"windows-1252", "cp1252", "x-user-defined", "unknown", "unknown-8bit", "8bit",
	"default", "x-unknown", "none", "binary"};

/* Names of mail and the converters that serve them; no other converter is ever loaded.
 */
static const struct {
	const char *name;
	const char *converter;
} known[] = {
	{"iso-8859-2", "ISO-8859-2"},
	{"iso-8859-3", "ISO-8859-3"},
	{"iso-8859-4", "ISO-8859-4"},
	{"iso-8859-5", "ISO-8859-5"},
	{"iso-8859-6", "ISO-8859-6"},
	{"iso-8859-7", "ISO-8859-7"},
	{"iso-8859-8", "ISO-8859-8"},
	{"iso-8859-8-i", "ISO-8859-8"},
	{"iso-8859-9", "ISO-8859-9"},
	{"iso-8859-10", "ISO-8859-10"},
	{"iso-8859-11", "ISO-8859-11"},
	{"iso-8859-13", "ISO-8859-13"},
	{"iso-8859-14", "ISO-8859-14"},
	{"iso-8859-15", "ISO-8859-15"},
	{"iso8859-15", "ISO-8859-15"},
	{"iso_8859-15", "ISO-8859-15"},
	{"latin9", "ISO-8859-15"},
	{"latin-9", "ISO-8859-15"},
	{"iso-8859-16", "ISO-8859-16"},
	{"windows-1250", "CP1250"},
	{"windows-1251", "CP1251"},
	{"windows-1253", "CP1253"},
	{"windows-1254", "CP1254"},
	{"windows-1255", "CP1255"},
	{"windows-1256", "CP1256"},
	{"windows-1257", "CP1257"},
	{"windows-1258", "CP1258"},
	{"cp1250", "CP1250"},
	{"cp1251", "CP1251"},
	{"windows-874", "CP874"},
	{"tis-620", "TIS-620"},
	{"koi8-r", "KOI8-R"},
	{"koi8-u", "KOI8-U"},
	{"koi8-ru", "KOI8-U"},
	{"ibm437", "IBM437"},
	{"cp437", "IBM437"},
	{"ibm850", "IBM850"},
	{"cp850", "IBM850"},
	{"ibm852", "IBM852"},
	{"ibm865", "IBM865"},
	{"ibm866", "IBM866"},
	{"cp866", "IBM866"},
	{"macintosh", "MACINTOSH"},
	{"x-mac-roman", "MACINTOSH"},
	{"sen_850200_b", "SEN_850200_B"},
	{"utf-7", "UTF-7"},
	{"unicode-1-1-utf-7", "UTF-7"},
	{"utf-16", "UTF-16"},
	{"utf-16le", "UTF-16LE"},
	{"utf-16-le", "UTF-16LE"},
	{"utf-16-be", "UTF-16BE"},
	{"ucs-2", "UTF-16"},
	{"iso-10646-ucs-2", "UTF-16"},
	{"utf-16be", "UTF-16BE"},
	{"utf-32", "UTF-32"},
	{"utf-32le", "UTF-32LE"},
	{"utf-32be", "UTF-32BE"},
	{"iso-2022-jp", "ISO-2022-JP"},
	{"iso-2022-jp-1", "ISO-2022-JP"},
	{"iso-2022-jp-2", "ISO-2022-JP-2"},
	{"csiso2022jp", "ISO-2022-JP"},
	{"iso-2022-kr", "ISO-2022-KR"},
	{"euc-jp", "EUC-JP"},
	{"euc-kr", "CP949"},
	{"ks_c_5601-1987", "CP949"},
	{"shift_jis", "CP932"},
	{"shift-jis", "CP932"},
	{"x-sjis", "CP932"},
	{"gb2312", "GB18030"},
	{"gbk", "GB18030"},
	{"gb18030", "GB18030"},
	{"big5", "BIG5"},
	{"big5-hkscs", "BIG5-HKSCS"},
	{"hz-gb-2312", "GB18030"},
};

void charset_warm_up(void)
{
	/* A converter is unloaded with its last descriptor, so these stay open. */
	static iconv_t kept[COUNT(known)];
	for (size_t i = 0; i < COUNT(known); i++)
		if (!kept[i])
			kept[i] = iconv_open("UTF-8", known[i].converter);
}

/* Bytes 0x80 to 0x9f of Windows-1252; the five that it leaves out are no characters. */
static uint32_t from_1252(unsigned char c)
{
	static const uint16_t high[32] = {0x20ac, 0xfffd, 0x201a, 0x0192, 0x201e,
		0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0xfffd,
		0x017d, 0xfffd, 0xfffd, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013,
		0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0xfffd, 0x017e, 0x0178};
	return c >= 0x80 && c < 0xa0 ? high[c - 0x80] : c;
}

static void add_char(struct buf *to, uint32_t c)
{
	char utf8[5];
	text_put_char(utf8, c ? c : 0xfffd);
	buf_add_str(to, utf8);
}

/* Bytes of the UTF-8 character at s, 0 where there is none. */
static size_t utf8_len(const char *s, const char *end)
{
	unsigned char c = (unsigned char)*s;
	size_t len = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
	if ((size_t)(end - s) < len || !text_is_utf8(s, len))
		return 0;
	return len;
}

/*
 * One damaged letter must not turn all the others into rubbish: valid UTF-8 is kept,
 * each other byte is Windows-1252. A text that is all Windows-1252 comes out right as
 * well, since its letters do not make valid UTF-8.
 */
static void decode_utf8_or_1252(struct buf *to, const char *s, size_t len)
{
	const char *end = s + len;
	while (s < end) {
		const char *run = s;
		while (run<end && * run> 0)
			run++;
		buf_add(to, s, (size_t)(run - s));
		s = run;
		if (s == end)
			break;
		size_t width = *s ? utf8_len(s, end) : 0;
		if (width > 0)
			buf_add(to, s, width);
		else
			add_char(to, from_1252((unsigned char)*s));
		s += width > 0 ? width : 1;
	}
}

/* Appends what iconv makes; a byte it cannot read becomes U+FFFD. */
static void decode_iconv(struct buf *to, iconv_t cd, char *in, size_t left)
{
	while (left > 0) {
		size_t room = left * 3 + 64;
		char *start = buf_reserve(to, room);
		char *out = start;
		size_t done = iconv(cd, &in, &left, &out, &room);
		to->len += (size_t)(out - start);
		to->data[to->len] = '\0';
		if (done != (size_t)-1)
			break;
		if (errno != E2BIG) {
			add_char(to, 0xfffd);
			in++;
			left--;
		}
	}
}

static bool is_listed(const char *const *list, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (text_equal_nocase(list[i], name))
			return true;
	return false;
}

static const char *converter_of(const char *name)
{
	if (is_listed(utf8_or_1252, COUNT(utf8_or_1252), name))
		return NULL;
	for (size_t i = 0; i < COUNT(known); i++)
		if (text_equal_nocase(known[i].name, name))
			return known[i].converter;
	return NULL;
}

/* iconv may leave a NUL, which no C string can hold. */
static void replace_nul(struct buf *to, struct buf *from)
{
	const char *s = from->data;
	const char *end = s + from->len;
	for (const char *nul; s < end && (nul = memchr(s, '\0', (size_t)(end - s)));
		s = nul + 1) {
		buf_add(to, s, (size_t)(nul - s));
		add_char(to, 0xfffd);
	}
	if (s < end)
		buf_add(to, s, (size_t)(end - s));
}

void charset_decode(struct buf *to, const char *charset, const void *bytes, size_t len)
{
	const char *converter = converter_of(charset ? charset : "");
	iconv_t cd = converter ? iconv_open("UTF-8", converter) : (iconv_t)-1;
	if (cd == (iconv_t)-1) {
		decode_utf8_or_1252(to, bytes, len);
		return;
	}
	buf_auto made = BUF_EMPTY;
	char *in;
	memcpy(&in, &bytes, sizeof(in)); /* iconv takes char *, and does not write */
	decode_iconv(&made, cd, in, len);
	iconv_close(cd);
	if (made.len > 0)
		replace_nul(to, &made);
}
