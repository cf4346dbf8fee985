import type { QualifiedName } from './name.js';

/** The query of a view as text: how it is laid out, and which relations it reads. No dialect is asked. */

/**
 * A query without semicolon, outer blank lines and common indentation. Revision files indent a query with their code,
 * so the one that was written and the one that is read are the same. A line break inside of a literal stays as it is.
 */
export function tidyQuery(sql: string): string {
  const text = sql.replace(/\r\n?/g, '\n').trimEnd().replace(/;\s*$/, '').trimEnd();
  const first = text.search(/\S/);
  if (first < 0) return '';
  const body = text.slice(text.lastIndexOf('\n', first) + 1);
  if (hasBrokenLiteral(body)) return body.trimStart();
  const lines = body.split('\n').map((line) => (line.trim() === '' ? '' : line.trimEnd()));
  const depth = Math.min(...lines.filter((line) => line !== '').map((line) => line.search(/\S/)));
  return lines.map((line) => line.slice(depth)).join('\n');
}

const pieces =
  /'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|\[[^\]()]*\]|\$(\w*)\$[\s\S]*?\$\1\$|--[^\n]*|\/\*[\s\S]*?\*\/|[\p{L}_][\p{L}\p{N}_$]*|\d[\w.]*|\s+|[\s\S]/gu;

/** Whether a line ends inside of a literal, a quoted name or a comment, so that indentation would change it. */
export function hasBrokenLiteral(sql: string): boolean {
  return [...sql.matchAll(pieces)].some(([piece]) => piece.includes('\n') && piece.trim() !== '');
}

/** Words after which FROM's list of relations is over. */
const ends = new Set(
  'where group order having window limit offset fetch for union except intersect returning'.split(' '),
);

interface Level {
  /** Inside of FROM, at this depth of parentheses. */
  from: boolean;
  /** The next name is a relation's. */
  expects: boolean;
}

/**
 * The names that stand where a query names relations: after FROM and JOIN, and after commas in FROM. Names of common
 * table expressions are among them, and now and then something that is none (`extract(year from born)`).
 */
export function relationsOf(sql: string): readonly QualifiedName[] {
  const tokens = [...sql.matchAll(pieces)]
    .map(([piece]) => piece)
    .filter((piece) => !/^(?:\s|--|\/\*)/.test(piece));
  const found: QualifiedName[] = [];
  const levels: Level[] = [{ from: false, expects: false }];
  for (let at = 0; at < tokens.length; at += 1) {
    const token = tokens[at] ?? '';
    const level = levels.at(-1) as Level;
    const word = /^[\p{L}_]/u.test(token) ? token.toLowerCase() : '';
    if (token === '(') levels.push({ from: level.expects, expects: level.expects });
    if (token === ')' && levels.length > 1) levels.pop();
    if (token === '(' || token === ')') {
      level.expects = false;
    } else if (word === 'from') {
      Object.assign(level, { from: true, expects: true });
    } else if (word === 'join' || (token === ',' && level.from)) {
      level.expects = true;
    } else if (ends.has(word)) {
      Object.assign(level, { from: false, expects: false });
    } else if (level.expects && word !== 'only' && word !== 'lateral') {
      level.expects = false;
      const name = nameOf(token);
      const next = tokens[at + 1] === '.' ? nameOf(tokens[at + 2] ?? '') : null;
      if (name !== null) found.push(next === null ? { schema: null, name } : { schema: name, name: next });
    }
  }
  return found;
}

function nameOf(token: string): string | null {
  if (/^["`[]/.test(token)) return token.slice(1, -1).replaceAll('""', '"');
  return /^[\p{L}_]/u.test(token) ? token : null;
}
