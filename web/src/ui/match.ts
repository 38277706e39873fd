const WORD_BEGINS = 0.8;

/** How well an entry of a searchable list fits what was typed: by the beginnings of its words, else by any part. */
export function match(value: string, typed: string, keywords: string[] = []): number {
  const wanted = plain(typed).trim();
  if (wanted === "") return 1;
  // The first keyword is the entry's name; the others only help to find it.
  const scores = [value, ...keywords].map((text, position) => score(plain(text), wanted) * (position <= 1 ? 1 : 0.8));
  return Math.max(...scores);
}

/** One or two letters are the beginning of a word of the name: nearly every entry has them somewhere. */
const ANYWHERE_FROM = 3;

/** The same where an entry's value is a mere id, which nobody types. */
export function matchNamed(_id: string, typed: string, [name = "", ...others]: string[] = []): number {
  if (typed.trim().length >= ANYWHERE_FROM) return match(name, typed, ["", ...others]);
  const found = match(name, typed);
  return found < WORD_BEGINS ? 0 : found;
}

function score(text: string, wanted: string): number {
  if (text.startsWith(wanted)) return 1;
  if (new RegExp(`[\\s/_.:-]${escaped(wanted)}`).test(text)) return WORD_BEGINS;
  return text.includes(wanted) ? 0.5 : 0;
}

/** Without capitals and accents, so that `lodz` finds `Łódź`. */
function plain(text: string): string {
  return text
    .toLowerCase()
    .normalize("NFKD")
    .replace(/\p{Mark}/gu, "")
    .replaceAll("ł", "l")
    .replaceAll("ø", "o");
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
