/**
 * How messages spell names and lists of names, so that odd or endless input stays readable.
 */

const longestName = 80;
const longestList = 10;

/** A user's name in quotes, with control characters escaped and the middle of an endless one left out. */
export function quote(name: string): string {
  return `'${plain(name)}'`;
}

/** The same without quotes, for commands to paste. */
export function plain(name: string): string {
  const cut = name.length > longestName ? `${name.slice(0, longestName - 1)}…` : name;
  return cut.replace(/\p{C}/gu, (char) => `\\u${(char.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`);
}

/** `a, b and c`; a long list ends in `and 9 more`. */
export function sentence(names: readonly string[]): string {
  const shown = names.slice(0, longestList).map(plain);
  const rest = names.length - shown.length;
  const last = rest > 0 ? `${rest} more` : shown.pop();
  return shown.length === 0 ? String(last ?? '') : `${shown.join(', ')} and ${last}`;
}

/** One name a line, indented; a long list ends in `… 9 more`. */
export function lines(items: readonly string[]): string {
  const shown = items.slice(0, longestList).map((item) => `  ${item}`);
  if (items.length > shown.length) shown.push(`  … ${items.length - shown.length} more`);
  return shown.join('\n');
}

/** `1 revision`, `2 revisions`. */
export function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}
