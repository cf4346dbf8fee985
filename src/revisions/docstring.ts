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
const opening = /^(?:#![^\n]*\n)?(?:\s|\/\/[^\n]*\n)*\/\*/;
const metadata = /^(?:Revision|Revises|Depends on|Created):(?: |$)/;

/** Reads the comment at the top of `text`. Without one the message is empty. */
export function readDocstring(text: string): Docstring {
  const paragraphs = paragraphsOf(commentOf(text));
  const facts = paragraphs.findLast(isFacts);
  const [first] = paragraphs;
  const isMessage = first !== undefined && (first !== facts || paragraphs.length > 1);
  const message = isMessage ? first.join(' ') : '';
  const created = facts?.map((line) => /^Created: +(\S+)/.exec(line)?.[1]).find((date) => date !== undefined);
  return created === undefined || Number.isNaN(Date.parse(created)) ? { message } : { message, created };
}

/** All that the comment says, but for the lines of the id, the parents and the date. */
export function readDescription(text: string): string {
  const paragraphs = paragraphsOf(commentOf(text));
  const facts = paragraphs.findLast(isFacts);
  return paragraphs
    .filter((paragraph) => paragraph !== facts)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}

function isFacts(paragraph: readonly string[]): boolean {
  return paragraph.every((line) => metadata.test(line));
}

/** The comment at the top, without its ends; empty if there is none. */
function commentOf(text: string): string {
  const start = opening.exec(text)?.[0].length ?? 0;
  const end = start === 0 ? -1 : text.indexOf('*/', start);
  return end < 0 ? '' : copyOf(text.slice(start, end));
}

/** A text of its own: what V8 cuts from a longer text (13 characters or more) keeps that in memory, here whole files. */
export function copyOf(text: string): string {
  return text.length < 13 ? text : ` ${text}`.slice(1);
}

/** The lines of each paragraph, without the comment's own stars. */
function paragraphsOf(comment: string): readonly (readonly string[])[] {
  const paragraphs: string[][] = [];
  let paragraph: string[] | undefined;
  for (const [at, line] of comment.split(lineBreak).entries()) {
    const bare = line.replace(at === 0 ? /^\*?[ \t]*/ : /^[ \t]*(?:\*(?: |$))?/, '').trim();
    const text = bare.includes('*\\') ? bare.replace(/\*\\(\\*)\//g, '*$1/') : bare;
    if (text === '') {
      paragraph = undefined;
    } else if (paragraph === undefined) {
      paragraph = [text];
      paragraphs.push(paragraph);
    } else {
      paragraph.push(text);
    }
  }
  return paragraphs;
}
