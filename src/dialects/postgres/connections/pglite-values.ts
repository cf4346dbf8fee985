/** What PGlite is told of values, so that they are the same as those of postgres.js: see `textTypes` there. */

const numbers = new Set([21, 23, 26, 700, 701]);
const textArrays = new Set([1182, 1185, 1115, 1231]);
const json = new Set([114, 3802]);

type Parser = (text: string) => unknown;

/** @param types each with the type of its arrays (0: there is none), and what stands between their elements. */
export function parsersFor(
  types: readonly { readonly oid: number; readonly typarray: number; readonly typdelim: string }[],
): Record<number, Parser> {
  const parsers: Record<number, Parser> = {};
  for (const { oid, typarray, typdelim } of types) {
    parsers[oid] ??= parserOf(oid);
    if (typarray !== 0 && !textArrays.has(typarray))
      parsers[typarray] = (text) => parseArray(text, typdelim, parserOf(oid));
  }
  return parsers;
}

/** For every type of a bound value. */
export const serializers = new Proxy({} as Record<number, (value: unknown) => string>, {
  get: (_, oid) => (json.has(Number(oid)) ? jsonText : textOf),
});

function parserOf(oid: number): Parser {
  if (numbers.has(oid)) return Number;
  if (oid === 16) return (text) => text === 't';
  if (oid === 17) return (text) => Buffer.from(text.slice(2), 'hex');
  return (text) => text;
}

function jsonText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function textOf(value: unknown): string {
  if (Array.isArray(value)) return `{${value.map(elementText).join(',')}}`;
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return `\\x${Buffer.from(value).toString('hex')}`;
  if (typeof value === 'boolean') return value ? 't' : 'f';
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);
}

function elementText(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return textOf(value);
  return `"${textOf(value).replace(/["\\]/g, '\\$&')}"`;
}

/** PostgreSQL's manual, "Array Input and Output Syntax". */
function parseArray(text: string, delimiter: string, element: Parser): unknown[] {
  // Bounds that are not from 1 stand before: [0:1]={…}
  let at = text.indexOf('{') + 1;
  const items = (): unknown[] => {
    const found: unknown[] = [];
    while (text[at] !== '}') {
      if (text[at] === delimiter) at += 1;
      else if (text[at] === '{') {
        at += 1;
        found.push(items());
      } else if (text[at] === '"') found.push(element(quoted()));
      else found.push(bare());
    }
    at += 1;
    return found;
  };
  const quoted = (): string => {
    let value = '';
    for (at += 1; text[at] !== '"'; at += 1) {
      if (text[at] === '\\') at += 1;
      value += text[at];
    }
    at += 1;
    return value;
  };
  const bare = (): unknown => {
    const start = at;
    while (text[at] !== delimiter && text[at] !== '}') at += 1;
    const value = text.slice(start, at);
    return value === 'NULL' ? null : element(value);
  };
  return items();
}
