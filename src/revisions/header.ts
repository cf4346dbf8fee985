/**
 * The header of a revision file, read from its text. The file is not evaluated, so its header has to be literal:
 *
 *     export const revision = '5c1e8b70d2a4';
 *     export const downRevision = '1f9a3c27be10';   // string, string[] or null
 *     export const branchLabels = null;             // string, string[] or null; may be missing
 *     export const dependsOn = null;                // string, string[] or null; may be missing
 *     export const transactional = false;           // may be missing
 *
 * in any order, with or without types and `as const`.
 */

import { type Docstring, readDocstring } from './docstring.js';
import { type Token, Tokens } from './tokens.js';
import { copyOf, noNames, readUsualHeader } from './usual-header.js';

export interface Header extends Docstring {
  readonly id: string;
  readonly down: readonly string[];
  readonly labels: readonly string[];
  readonly depends: readonly string[];
  readonly transactional: boolean;
}

/** What a text turned out to be. */
export type HeaderReading =
  | { readonly kind: 'revision'; readonly header: Header }
  /** It exports neither a revision nor functions of one. */
  | { readonly kind: 'other' }
  /** `line` is from 1. */
  | { readonly kind: 'fault'; readonly line: number; readonly problem: string; readonly write: string };

type Value = string | readonly string[] | boolean | null;

interface Found {
  readonly value: Value;
  readonly position: number;
  /** The literal itself. */
  readonly literal: Span;
}

/** A part of a text. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

const forms = {
  revision: "export const revision = '5c1e8b70d2a4';",
  downRevision: "export const downRevision = '1f9a3c27be10'; // or null, or an array of ids",
  branchLabels: "export const branchLabels = 'label'; // or null, or an array of labels",
  dependsOn: "export const dependsOn = '1f9a3c27be10'; // or null, or an array of ids",
  transactional: 'export const transactional = false;',
} as const;

type Name = keyof typeof forms;

const constant =
  /export\b[^'"`;={(]{0,200}?\b(?:revision|downRevision|branchLabels|dependsOn|transactional)\b/y;

/** Thrown inside this file only. */
class Fault {
  readonly position: number;
  readonly problem: string;
  readonly name: Name;

  constructor(position: number, problem: string, name: Name) {
    this.position = position;
    this.problem = problem;
    this.name = name;
  }
}

/** Reads the header of a whole file: a constant may also stand after the functions. */
export function readHeader(text: string): HeaderReading {
  const source = text.startsWith('\uFEFF') ? text.slice(1) : text;
  const usual = readUsualHeader(source);
  if (usual !== undefined && !mayExportMore(source, usual.end))
    return { kind: 'revision', header: usual.header };
  return readByTokens(source);
}

/** The same for any text. */
export function readByTokens(source: string): HeaderReading {
  const tokens = new Tokens(source);
  try {
    const { found, functions } = readExports(source, tokens);
    if (!found.has('revision') && functions === undefined) return { kind: 'other' };
    return { kind: 'revision', header: { ...toHeader(found, functions ?? 0), ...readDocstring(source) } };
  } catch (thrown) {
    if (!(thrown instanceof Fault)) throw thrown;
    return {
      kind: 'fault',
      line: tokens.lineAt(thrown.position),
      problem: thrown.problem,
      write: forms[thrown.name],
    };
  }
}

/** Where the literal of `downRevision` stands in a text whose header can be read. */
export function findDownRevision(text: string): Span | undefined {
  const offset = text.startsWith('\uFEFF') ? 1 : 0;
  const source = text.slice(offset);
  const literal = readExports(source, new Tokens(source)).found.get('downRevision')?.literal;
  return literal && { start: literal.start + offset, end: literal.end + offset };
}

interface Exports {
  readonly found: ReadonlyMap<Name, Found>;
  /** Where `upgrade` or `downgrade` is exported first. */
  readonly functions: number | undefined;
}

function readExports(text: string, tokens: Tokens): Exports {
  const found = new Map<Name, Found>();
  let functions: number | undefined;
  while (tokens.nextExport()) {
    const name = readExportedName(tokens);
    if (name === undefined) continue;
    if (name.text === 'upgrade' || name.text === 'downgrade') {
      functions ??= name.start;
      if (found.has('revision') && found.has('downRevision') && !mayExportMore(text, name.end)) break;
    } else if (Object.hasOwn(forms, name.text)) {
      readAssignment(name, tokens, found);
    }
  }
  return { found, functions };
}

/** Whether a constant may follow; a comment that looks like one is enough for yes. */
function mayExportMore(text: string, from: number): boolean {
  for (let at = text.indexOf('export', from); at >= 0; at = text.indexOf('export', at + 6)) {
    constant.lastIndex = at;
    if (constant.test(text)) return true;
  }
  return false;
}

/** What stands after `export`: the name of a constant or a function. `undefined`: something else. */
function readExportedName(tokens: Tokens): Token | undefined {
  let token = tokens.peek();
  while (['const', 'let', 'var', 'async', 'function', 'declare'].includes(token.text)) {
    tokens.next();
    token = tokens.peek();
  }
  return token.kind === 'word' ? tokens.next() : undefined;
}

function readAssignment(name: Token, tokens: Tokens, found: Map<Name, Found>): void {
  const key = name.text as Name;
  if (found.has(key)) throw new Fault(name.start, `${key} is exported twice`, key);
  skipType(name, tokens);
  const { start } = tokens.peek();
  const value = readValue(key, tokens);
  const literal = { start, end: tokens.position };
  checkEnd(key, tokens);
  found.set(key, { value, position: name.start, literal });
}

/** Goes on to the `=`, over a type annotation. */
function skipType(name: Token, tokens: Tokens): void {
  for (;;) {
    const token = tokens.next();
    if (token.text === '=') return;
    if (token.kind === 'end' || token.text === ';')
      throw new Fault(name.start, `${name.text} has no value`, name.text as Name);
  }
}

function readValue(name: Name, tokens: Tokens): Value {
  const token = tokens.next();
  if (token.text !== '[') return readScalar(name, token);
  const items: string[] = [];
  for (;;) {
    const item = tokens.next();
    if (item.text === ']') return items;
    const value = readScalar(name, item);
    if (typeof value !== 'string') throw notLiteral(name, item);
    items.push(value);
    const separator = tokens.next();
    if (separator.text === ']') return items;
    if (separator.text !== ',') throw notLiteral(name, separator);
  }
}

function readScalar(name: Name, token: Token): string | boolean | null {
  if (token.text === 'null' || token.text === 'undefined') return null;
  if (token.text === 'true' || token.text === 'false') return token.text === 'true';
  if (token.kind === 'string') return unescapeText(token.text.slice(1, -1));
  if (token.kind === 'template' && !/(?<!\\)(?:\\\\)*\$\{/.test(token.text))
    return unescapeText(token.text.slice(1, -1));
  throw notLiteral(name, token);
}

/** After a value: the end of the statement, or a type assertion. Anything else computes. */
function checkEnd(name: Name, tokens: Tokens): void {
  const token = tokens.peek();
  if (token.kind === 'end' || token.text === ';' || token.text === 'as' || token.text === 'satisfies') return;
  const goesOn = token.kind === 'mark' || token.kind === 'template' || token.kind === 'regex';
  if (!token.afterBreak || goesOn) throw notLiteral(name, token);
}

function notLiteral(name: Name, token: Token): Fault {
  return new Fault(token.start, `${name} is not a literal (${token.text.slice(0, 40)})`, name);
}

function toHeader(found: ReadonlyMap<Name, Found>, functions: number): Omit<Header, keyof Docstring> {
  const revision = found.get('revision');
  if (revision === undefined) throw new Fault(functions, 'it exports no revision id', 'revision');
  if (typeof revision.value !== 'string')
    throw new Fault(revision.position, 'revision is not a string', 'revision');
  const down = found.get('downRevision');
  if (down === undefined) throw new Fault(revision.position, 'it exports no downRevision', 'downRevision');
  const transactional = found.get('transactional');
  if (transactional !== undefined && typeof transactional.value !== 'boolean')
    throw new Fault(transactional.position, 'transactional is neither true nor false', 'transactional');
  return {
    id: revision.value,
    down: toNames('downRevision', down),
    labels: toNames('branchLabels', found.get('branchLabels')),
    depends: toNames('dependsOn', found.get('dependsOn')),
    transactional: transactional?.value !== false,
  };
}

function toNames(name: Name, found: Found | undefined): readonly string[] {
  if (found === undefined || found.value === null) return noNames;
  if (typeof found.value === 'boolean')
    throw new Fault(found.position, `${name} is not a string, an array or null`, name);
  return Object.freeze(typeof found.value === 'string' ? [found.value] : [...found.value]);
}

const simple: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  b: '\b',
  f: '\f',
  v: '\v',
  '0': '\0',
};

function unescapeText(text: string): string {
  if (!text.includes('\\')) return copyOf(text);
  return text.replace(
    /\\(?:u\{([0-9a-f]+)\}|u([0-9a-f]{4})|x([0-9a-f]{2})|(\r\n|[\s\S]))/gi,
    (_, point?: string, four?: string, two?: string, character = '') => {
      const code = point ?? four ?? two;
      if (code !== undefined) return String.fromCodePoint(Number.parseInt(code, 16));
      return /^[\r\n\u2028\u2029]/.test(character) ? '' : (simple[character] ?? character);
    },
  );
}
