/** PostgreSQL array literals, spelled as the server prints them, so that equal defaults are equal text. */

/**
 * `{a,"b c",NULL}` for a nested JS array whose leaves are texts, numbers, booleans, dates or null.
 * @param depth how many levels are array levels; an array below that is a value (JSON). Infinity: all.
 * @param leaf the text of one element.
 */
export function arrayLiteral(
  value: readonly unknown[],
  depth: number,
  leaf: (element: unknown) => string = elementText,
): string {
  const elements = value.map((element) => {
    if (element === null || element === undefined) return 'NULL';
    if (depth > 1 && Array.isArray(element)) return arrayLiteral(element, depth - 1, leaf);
    return quoteElement(leaf(element));
  });
  return `{${elements.join(',')}}`;
}

export function elementText(element: unknown): string {
  if (typeof element === 'boolean') return element ? 't' : 'f';
  if (element instanceof Date) return element.toISOString();
  if (element instanceof Uint8Array) return `\\x${Buffer.from(element).toString('hex')}`;
  return typeof element === 'object' ? JSON.stringify(element) : String(element);
}

/** As array_out: quoted where empty, NULL, or holding a character with a meaning. */
function quoteElement(text: string): string {
  if (text !== '' && !/[\s{}",\\]/.test(text) && text.toLowerCase() !== 'null') return text;
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}
