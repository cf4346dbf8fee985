/** Texts of users as a picture can show them. */

/** Control characters, those that turn the direction of text, and halves of characters. */
const unprintable =
  /[\p{Cc}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\p{Surrogate}\ufffe\uffff]/gu;

/** In one line, without what a terminal or a document would not show. */
export function plainLine(text: string): string {
  return text.replace(unprintable, ' ').replace(/\s+/g, ' ').trim();
}

const segmenter = new Intl.Segmenter();
const ascii = /^[ -~]*$/;
const wide =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}|\ufe0f/u;

/** How many columns a terminal takes for it. */
export function columnsOf(text: string): number {
  if (ascii.test(text)) return text.length;
  let columns = 0;
  for (const { segment } of segmenter.segment(text)) columns += columnsOfCharacter(segment);
  return columns;
}

function columnsOfCharacter(character: string): number {
  return wide.test(character) ? 2 : 1;
}

/** No wider than so many columns, with `…` where something is left out. */
export function shortened(text: string, columns: number, ellipsis = '…'): string {
  if (columnsOf(text) <= columns) return text;
  const room = columns - ellipsis.length;
  if (room < 0) return '';
  let taken = '';
  let width = 0;
  for (const { segment } of segmenter.segment(text)) {
    width += columnsOfCharacter(segment);
    if (width > room) break;
    taken += segment;
  }
  return `${taken.trimEnd()}${ellipsis}`;
}
