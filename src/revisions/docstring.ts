/**
 * The comment at the top of a revision file: what the revision does, and for the reader's sake its id, parents and date.
 * Written and read here, so that one is the inverse of the other.
 */

export interface Docstring {
  /** The first paragraph, as one line. */
  readonly message: string;
  /** ISO 8601. */
  readonly created?: string;
}

const lineBreak = /\r\n|[\n\r\u2028\u2029]/;
/** Control characters, and those that turn the direction of text: a comment must read as what it is. */
const unprintable = /[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** A message with nothing in it that a terminal or a comment would not show: lines trimmed, unprintable characters blank. */
export function cleanMessage(message: string): string {
  const lines = message.split(lineBreak).map((line) =>
    line
      .replace(unprintable, ' ')
      .replace(/\p{Surrogate}/gu, '\ufffd')
      .trim(),
  );
  return lines
    .join('\n')
    .replace(/\p{Surrogate}/gu, '\ufffd')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

/** A text as it stands in a comment whose lines begin with ` * `, safe against what would end it. */
export function commentText(text: string): string {
  return text
    .split('\n')
    .map((line) =>
      line
        .replace(unprintable, ' ')
        .replace(/\p{Surrogate}/gu, '\ufffd')
        .replace(/\*(\\*)\//g, '*\\$1/'),
    )
    .join('\n * ');
}

/** The first paragraph of a message, in one line. */
export function firstParagraph(message: string): string {
  const [first = ''] = cleanMessage(message).split(/\n{2,}/);
  return first.replaceAll('\n', ' ');
}

/** 2026-11-20T12:00:00Z */
export function isoSeconds(date: Date): string {
  return date.toISOString().replace(/\.\d+Z$/, 'Z');
}

// One blank at a time: `\s+` in here would take exponential time where no comment follows.
const opening = /^(?:#![^\n]*\n)?(?:\s|\/\/[^\n]*\n)*\/\*([\s\S]*?)\*\//;
const metadata = /^(?:Revision|Revises|Depends on|Created):(?: |$)/;

/** No control characters, which a terminal would obey. */
export const isClean = /^[^\p{Cc}]*$/u;

/** Reads the comment at the top of `text`. Without one the message is empty. */
export function readDocstring(text: string): Docstring {
  const paragraphs = paragraphsOf(text);
  const facts = paragraphs.findLast(isFacts);
  const [first = ''] = paragraphs;
  const created = /^Created: +(\S+)/m.exec(facts ?? '')?.[1];
  const said = first === facts && paragraphs.length === 1 ? '' : first.replaceAll('\n', ' ');
  const message = isClean.test(said) ? said : cleanMessage(said);
  return created === undefined || Number.isNaN(Date.parse(created)) ? { message } : { message, created };
}

/** All that the comment says, but for the lines of the id, the parents and the date. */
export function readDescription(text: string): string {
  const paragraphs = paragraphsOf(text);
  const facts = paragraphs.findLast(isFacts);
  return paragraphs.filter((paragraph) => paragraph !== facts).join('\n\n');
}

/** Of the comment at the top, without its stars. */
function paragraphsOf(text: string): readonly string[] {
  const comment = opening.exec(text)?.[1] ?? '';
  return comment
    .split(lineBreak)
    .map((line, index) => line.replace(index === 0 ? /^\*?[ \t]*/ : /^[ \t]*(?:\*(?: |$))?/, '').trim())
    .join('\n')
    .replace(/\*\\(\\*)\//g, '*$1/')
    .trim()
    .split(/\n{2,}/);
}

function isFacts(paragraph: string): boolean {
  return paragraph.split('\n').every((line) => metadata.test(line));
}

/** Where the comment at the top of `text` says `Revises: …` of just these parents. `undefined`: it does not. */
export function findRevises(
  text: string,
  parents: string,
): { readonly start: number; readonly end: number } | undefined {
  const comment = opening.exec(text);
  if (!comment) return undefined;
  const lines = [
    ...comment[0].matchAll(/^([ \t]*(?:\/\*)?\**[ \t]*Revises:[ \t]+)(\S[^\r\n]*?)[ \t]*\r?$/gm),
  ];
  // The message stands above, and may hold such a line too.
  const line = lines.findLast(([, , said]) => said === parents);
  if (!line) return undefined;
  const start = comment.index + line.index + (line[1] ?? '').length;
  return { start, end: start + parents.length };
}
