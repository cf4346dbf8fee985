/**
 * Breaks code that is written on one line as the common formatters do by default (80 columns), so that they leave a
 * revision as it was written. It knows what revisions hold: calls, lists, objects, literals and templates.
 */

export const lineWidth = 80;

type Node =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'call'; readonly head: string; readonly parts: readonly Node[] }
  | { readonly kind: 'list'; readonly parts: readonly Node[] }
  | { readonly kind: 'object'; readonly parts: readonly Property[] };

interface Property {
  /** With its colon. */
  readonly key: string;
  readonly value: Node;
}

/**
 * @param code one expression on one line
 * @param column where it begins
 * @param tail how many characters follow its last line
 */
export function layout(code: string, column: number, tail = 1): string {
  const reader = new Reader(code);
  return print(reader.expression(), column, column, tail);
}

/** `indent` is that of the line on which the node begins, `column` the place in it. */
function print(node: Node, column: number, indent: number, tail: number): string {
  const flat = flatten(node);
  if (!mustBreak(node) && column + flat.length + tail <= lineWidth) return flat;
  return node.kind === 'call' ? printCall(node, column, indent) : printBroken(node, indent);
}

function printBroken(node: Node, indent: number): string {
  const inner = indent + 2;
  switch (node.kind) {
    case 'text':
      return node.text;
    case 'list':
      return block(
        '[',
        ']',
        indent,
        node.parts.map((part) => print(part, inner, inner, 1)),
      );
    case 'object':
      return block(
        '{',
        '}',
        indent,
        node.parts.map((part) => printProperty(part, inner)),
      );
    case 'call':
      return block(
        `${node.head}(`,
        ')',
        indent,
        node.parts.map((part) => print(part, inner, inner, 1)),
      );
  }
}

/** A string that is too long for the line of its key has one of its own. */
function printProperty({ key, value }: Property, indent: number): string {
  const flat = `${key} ${flatten(value)}`;
  const isString = value.kind === 'text' && /^['"]/.test(value.text);
  if (isString && indent + flat.length + 1 > lineWidth)
    return `${key}\n${' '.repeat(indent + 2)}${value.text}`;
  return `${key} ${print(value, indent + key.length + 1, indent, 1)}`;
}

/** The last argument alone is broken, if it can be and the others stay on the line; or each has a line of its own. */
function printCall(node: Extract<Node, { kind: 'call' }>, column: number, indent: number): string {
  const { head, parts } = node;
  const [last, before] = [parts.at(-1), parts.at(-2)];
  const others = parts.slice(0, -1);
  const start = `${head}(${others.map((each) => `${flatten(each)}, `).join('')}`;
  const hugs =
    last !== undefined &&
    (last.kind === 'list' || last.kind === 'object') &&
    last.parts.length > 0 &&
    before?.kind !== last.kind &&
    !others.some(mustBreak) &&
    column + start.length + 1 <= lineWidth;
  return hugs ? `${start}${printBroken(last, indent)})` : printBroken(node, indent);
}

function block(open: string, close: string, indent: number, lines: readonly string[]): string {
  const inner = ' '.repeat(indent + 2);
  return [open, ...lines.map((line) => `${inner}${line},`), `${' '.repeat(indent)}${close}`].join('\n');
}

function flatten(node: Node): string {
  switch (node.kind) {
    case 'text':
      return node.text;
    case 'call':
      return `${node.head}(${node.parts.map(flatten).join(', ')})`;
    case 'list':
      return `[${node.parts.map(flatten).join(', ')}]`;
    case 'object':
      return node.parts.length === 0
        ? '{}'
        : `{ ${node.parts.map(({ key, value }) => `${key} ${flatten(value)}`).join(', ')} }`;
  }
}

/** Formatters break a list of several objects, or of several lists, that each hold more than one thing. */
function mustBreak(node: Node): boolean {
  switch (node.kind) {
    case 'text':
      return false;
    case 'object':
      return node.parts.some(({ value }) => mustBreak(value));
    case 'call':
      return node.parts.some(mustBreak);
    case 'list':
      return (
        node.parts.some(mustBreak) ||
        (node.parts.length > 1 &&
          (['list', 'object'] as const).some((kind) =>
            node.parts.every((each) => each.kind === kind && each.parts.length > 1),
          ))
      );
  }
}

/** Reads code that this package has written. */
class Reader {
  readonly #code: string;
  #at = 0;

  constructor(code: string) {
    this.#code = code;
  }

  expression(): Node {
    const text = this.#until(/[([{,)\]}]/);
    const open = this.#code[this.#at];
    if (open === '(') return { kind: 'call', head: text, parts: this.#parts(')', () => this.expression()) };
    if (text === '' && open === '[')
      return { kind: 'list', parts: this.#parts(']', () => this.expression()) };
    if (text === '' && open === '{')
      return { kind: 'object', parts: this.#parts('}', () => this.#property()) };
    return { kind: 'text', text };
  }

  #property(): Property {
    const key = this.#until(/[:]/);
    this.#at += 1;
    return { key: `${key}:`, value: this.expression() };
  }

  #parts<T>(close: string, read: () => T): readonly T[] {
    const parts: T[] = [];
    this.#at += 1;
    for (;;) {
      this.#skip(/[\s,]/);
      if (this.#at >= this.#code.length) return parts;
      if (this.#code[this.#at] === close) {
        this.#at += 1;
        return parts;
      }
      parts.push(read());
    }
  }

  #skip(what: RegExp): void {
    while (this.#at < this.#code.length && what.test(this.#code[this.#at] ?? '')) this.#at += 1;
  }

  /** Text to the next of these characters that is outside of strings and templates. */
  #until(end: RegExp): string {
    this.#skip(/\s/);
    const start = this.#at;
    while (this.#at < this.#code.length && !end.test(this.#code[this.#at] ?? '')) {
      const character = this.#code[this.#at] ?? '';
      if (/['"`]/.test(character)) this.#passQuoted(character);
      else this.#at += 1;
    }
    return this.#code.slice(start, this.#at).trimEnd();
  }

  #passQuoted(quote: string): void {
    this.#at += 1;
    while (this.#at < this.#code.length && this.#code[this.#at] !== quote) {
      this.#at += this.#code[this.#at] === '\\' ? 2 : 1;
    }
    this.#at += 1;
  }
}
