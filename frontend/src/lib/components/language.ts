/** A guess at the language of somebody's words by their script, so that they are read aloud rightly. */
export function scriptLanguage(text: string): string | undefined {
  if (/[\p{Script=Hiragana}\p{Script=Katakana}]/u.test(text)) return 'ja';
  if (/\p{Script=Thai}/u.test(text)) return 'th';
  if (/\p{Script=Hangul}/u.test(text)) return 'ko';
  if (/\p{Script=Han}/u.test(text)) return 'ja';
  if (/\p{Script=Devanagari}/u.test(text)) return 'hi';
  return undefined;
}
