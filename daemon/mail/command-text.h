/*
 * What somebody answers a question of ours with: "ja", "2", "3 påminn", as people type
 * it above a quoted mail, in Swedish and English.
 */
#pragma once

#include <jansson.h>

/*
 * text: what the person wrote (mail_text_trim). A line each, in order; blank lines,
 * greetings and thanks are left out:
 *   [{"line", "numbers": [1, 3], "word", "choice", "argument"}]
 * line: as it was written, cut to 120 characters. numbers: which matters it speaks of,
 * absent where it names none. word: "yes", "no", "remind", "again", "secretary",
 * "wait", "done", "withdraw", "choice" (a number alone), absent where the line is none
 * of these and nothing else
 * ("ja men vänta" is none). choice: a number behind the word. argument: an address
 * behind "sekreterare", a meeting's code behind "återkalla". Of lines with neither
 * numbers nor a word only the first six. New reference, at most 60.
 */
json_t *command_text_read(const char *text);
/*
 * The code in a subject that we put there, "H12-abcde" in square brackets, without
 * them and in lower case; NULL: none. The caller frees.
 */
char *command_text_code(const char *subject);
