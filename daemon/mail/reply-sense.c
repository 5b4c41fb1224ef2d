#include "mail/reply-sense.h"

#include <stdbool.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"

#define SENTENCES_MAX 1000 /* what is behind them adds nothing to what it is about */

/* All in small letters; found at the boundaries of words. */
static const char *const attendance[] = {"jag kommer", "vi kommer", "kommer gärna",
	"kommer inte", "kommer ej", "kan inte", "kan ej", "kan tyvärr inte",
	"kan dessvärre inte", "kan tyvärr ej", "kan komma", "kan inte komma",
	"har förhinder", "fått förhinder", "får förhinder", "förhinder", "förhindrad",
	"deltar", "kan delta", "närvarar", "kan närvara", "medverkar", "tackar ja",
	"tackar nej", "tacka nej", "tacka ja", "tyvärr inte", "jag är med", "är med då",
	"hoppar över", "dyker upp", "anmäler mig", "anmäler frånvaro", "avanmäler",
	"ja tack", "nej tack", "kommer försent", "blir sen", "är bortrest", "bortrest",
	"är sjuk", "är tyvärr sjuk", "ligger sjuk", "ersättare", "ersätter mig",
	"går i mitt ställe", "kommer i mitt ställe", "i stället för mig", "passar bra",
	"passar inte", "passar mig", "jag uteblir", "ställer in mig", "vi ses",
	"i will attend", "i'll attend", "i will be there", "i'll be there",
	"i will come", "i'll come", "i can come", "i can attend", "i can't", "i cannot",
	"can't make it", "cannot make it", "can not make it", "cannot attend",
	"can't attend", "can't come", "unable to", "not able to", "won't be able",
	"will not be able", "i accept", "i decline", "i am attending", "count me in",
	"see you there", "see you then", "yes please", "no thanks", "no thank you",
	"in my place", "instead of me", "i'm in", "will not attend", "won't attend",
	"i regret", "have to decline", "we cannot come", "cannot come",
	"i will dial in", "will dial in",
	/* away, and who goes instead */
	"ses då", "ses på", "ses där", "är borta", "jag är på semester", "har semester",
	"är på semester", "är ledig", "inte på kontoret", "ej på kontoret",
	"är föräldraledig", "tar mötet", "am away", "are away", "i am out", "i'm out",
	"on holiday", "on vacation", "on leave", "out of the office", "not available",
	/* neighbours */
	"jeg kommer", "vi kommer", "kan ikke", "kan desværre ikke",
	"kan dessverre ikke", "melder fravær", "melder afbud", "er bortreist",
	"ich komme", "kann ich nicht", "kann leider nicht", "kann nicht", "tulen",
	"en pääse", "pääsen", "en voi tulla"};
/* A whole reply of one word. */
static const char *const attendance_alone[] = {"ja", "nej", "kommer", "kanske", "yes",
	"no", "maybe", "accepterar", "avböjer", "accepted", "declined", "kommer!"};
static const char *const office[] = {"ny adress", "nya adress", "ny mejladress",
	"nya mejladress", "ny mailadress", "nya mailadress", "ny e-postadress",
	"nya e-postadress", "bytt adress", "bytt mejl", "bytt mail", "byta adress",
	"ändra min adress", "ändra min mejladress", "ta bort mig", "stryk mig",
	"avregistrera", "avprenumerera", "sändlistan", "sändlista", "utskickslistan",
	"mejllistan", "maillistan", "inte längre ledamot",
	"inte längre med i utskottet", "lämnat utskottet", "lämnat mitt uppdrag",
	"avsagt mig", "avsäger mig", "har slutat", "unsubscribe", "remove me",
	"take me off", "mailing list", "new address", "new email address",
	"changed my address", "no longer a member",
	/* what came with the mail, or did not come */
	"bilagan", "bilagor", "ingen bilaga", "går inte att öppna", "kan inte öppna",
	"länken fungerar", "studsade", "studsar", "fick tillbaka", "ingen inbjudan",
	"ingen kallelse", "attachment", "undelivered", "user unknown", "bounced",
	/* who writes the minutes */
	"sekreterare", "secretary"};
/* Whole sentences that need no answer. */
static const char *const thanks[] = {"tack", "stort tack", "tack så mycket",
	"tusen tack", "tackar", "tack för informationen", "tack för info",
	"tack för inbjudan", "tack för protokollet", "tack för påminnelsen",
	"tack för det", "tack för mejlet", "tack för mailet", "tack för kallelsen",
	"tack och hej", "noterat", "det är noterat", "noterar", "mottaget",
	"tagit emot", "har läst", "läst", "ok", "okej", "okay", "bra", "jättebra",
	"toppen", "perfekt", "utmärkt", "fint", "då vet jag", "uppfattat",
	"trevlig helg", "trevlig sommar", "glad påsk", "god jul", "ha det bra",
	"ha en bra dag", "thanks", "thank you", "many thanks", "thanks a lot",
	"thank you very much", "thanks for the information",
	"thanks for the invitation", "thanks for the minutes",
	"thank you for the minutes", "thank you for the invitation", "noted",
	"received", "great", "perfect", "good", "fine", "have a nice day",
	"best regards", "kind regards", "regards", "vänliga hälsningar",
	"med vänlig hälsning", "med vänliga hälsningar", "mvh", "hälsningar", "vh"};
static const char *const greetings[] = {"hej", "hej igen", "hejsan", "hallå", "tjena",
	"god morgon", "god dag", "bästa", "hello", "hi", "hi there", "dear all",
	"hej alla", "hej på er", "hej på dig", "hej maria", "good morning"};
/* A sentence with one of these asks, with or without its mark. */
static const char *const asking[] = {"undrar", "undrade", "fråga", "frågor", "frågan",
	"vill veta", "skulle vilja veta", "vad", "varför", "när", "hur", "vem", "vilka",
	"vilken", "vilket", "finns det", "kan ni", "kan du", "skulle ni", "skulle du",
	"går det att", "hör av", "återkom", "ring mig", "wonder", "wondering",
	"question", "questions", "what", "why", "when", "how", "who", "which",
	"is there", "could you", "can you", "would you", "please tell", "let me know"};

#define HAS_WORDS(s, list) has_words(s, list, sizeof(list) / sizeof(*(list)))
#define IS_ONE_OF(s, list) is_one_of(s, list, sizeof(list) / sizeof(*(list)))

static bool has_words(const char *sentence, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (text_has_word_folded(sentence, list[i]))
			return true;
	return false;
}

static bool is_one_of(const char *sentence, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(sentence, list[i]) == 0)
			return true;
	return false;
}

struct senses {
	bool attends, is_office, asks, thanks;
	bool tells;	  /* something, in a whole sentence */
	bool tells_short; /* in a word or three: behind thanks it is a name */
};

static int count_blanks(const char *s)
{
	int blanks = 0;

	for (; *s; s++)
		blanks += *s == ' ';
	return blanks;
}

/* "hej", "hej maria", "hej maria sjöberg": at most three words behind a greeting. */
static bool is_greeting(const char *sentence)
{
	str_auto *first = xstrndup(sentence, strcspn(sentence, " "));

	return IS_ONE_OF(sentence, greetings) ||
	       (count_blanks(sentence) <= 2 && IS_ONE_OF(first, greetings));
}

/* Of two bytes in UTF-8 are the letters around; signs and pictures have more. */
static bool has_letters(const char *s)
{
	for (; *s; s++)
		if ((*s >= 'a' && *s <= 'z') ||
			((unsigned char)*s >= 0xc3 && (unsigned char)*s <= 0xdf))
			return true;
	return false;
}

/* sentence: folded, trimmed, without its end. */
static void consider(struct senses *s, const char *sentence, char end)
{
	if (!has_letters(sentence) || is_greeting(sentence))
		return;
	bool attends = HAS_WORDS(sentence, attendance) ||
		       IS_ONE_OF(sentence, attendance_alone);
	bool is_office = HAS_WORDS(sentence, office);
	bool asks = end == '?' || HAS_WORDS(sentence, asking);

	s->attends |= attends;
	s->is_office |= is_office;
	s->asks |= asks;
	if (attends || is_office || asks)
		return;
	if (IS_ONE_OF(sentence, thanks) || text_starts(sentence, "tack för ") ||
		text_starts(sentence, "thank"))
		s->thanks = true;
	else if (count_blanks(sentence) <= 2)
		s->tells_short = true;
	else
		s->tells = true;
}

static bool ends_sentence(char c)
{
	return c == '.' || c == '!' || c == '?' || c == '\n' || c == ',';
}

static void consider_all(struct senses *senses, const char *folded)
{
	int left = SENTENCES_MAX;

	while (*folded && left-- > 0) {
		size_t len = 0;
		while (folded[len] && !ends_sentence(folded[len]))
			len++;
		str_auto *raw = xstrndup(folded, len);
		for (char *c = raw; *c; c++)
			if (strchr("\t\r;:()\"", *c))
				*c = ' ';
		str_auto *sentence = text_trim(raw);
		consider(senses, sentence, folded[len]);
		folded += len + (folded[len] != '\0');
	}
}

enum reply_sense reply_sense_of(const char *text)
{
	struct senses s = {.attends = false};
	str_auto *folded = text_fold(text);

	consider_all(&s, folded);
	bool is_ours = s.attends || s.is_office;
	if (is_ours && s.asks)
		return REPLY_MIXED;
	if (s.attends)
		return REPLY_ATTENDANCE;
	if (s.is_office)
		return REPLY_OFFICE;
	if (s.asks || s.tells || (s.tells_short && !s.thanks))
		return REPLY_QUESTION;
	return s.thanks ? REPLY_THANKS : REPLY_EMPTY;
}
