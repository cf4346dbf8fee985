/**
 * What follows an expression in an index: collation, operator class, direction, place of nulls. drizzle has no calls for
 * them (SQLite has none at all), so they are written into the `sql` of the key and taken out of its text here.
 */
import type { DialectName, IndexKey } from '../catalog/index.js';
import { withoutOuterParentheses } from './expressions.js';

/** Reads one key from its text. Columns are recognized by their quoted name. */
export function indexKeyOf(text: string, columns: ReadonlySet<string>, dialect: DialectName): IndexKey {
  const rest = new Ending(text);
  const nulls = rest.take(/\s+nulls\s+(first|last)$/i)?.toLowerCase() as 'first' | 'last' | undefined;
  const order = rest.take(/\s+(asc|desc)$/i)?.toLowerCase() === 'desc' ? 'desc' : 'asc';
  const opclass =
    dialect === 'postgres' ? rest.take(/\s+((?:[\w"]+\.)?\w+_ops(?:\s*\([^()]*\))?)$/) : undefined;
  const collation = rest.take(/\s+collate\s+("(?:[^"]|"")+"|\w+)$/i);
  const operand = withoutOuterParentheses(rest.text);
  const column = columnOf(operand, columns);
  return {
    ...(column === undefined ? { expression: operand } : { column }),
    order,
    // An SQL text means what the database makes of it: descending puts nulls first.
    nulls: dialect === 'postgres' ? (nulls ?? (order === 'desc' ? 'first' : 'last')) : null,
    ...(opclass === undefined ? {} : { opclass }),
    ...(collation === undefined ? {} : { collation: collationName(collation) }),
  };
}

/** A collation's name without quotes; SQLite's own ones in its spelling. */
export function collationName(written: string): string {
  if (written.startsWith('"')) return written.slice(1, -1).replaceAll('""', '"');
  return /^(binary|nocase|rtrim)$/i.test(written) ? written.toUpperCase() : written;
}

function columnOf(operand: string, columns: ReadonlySet<string>): string | undefined {
  const quoted = /^"((?:[^"]|"")+)"$/.exec(operand)?.[1]?.replaceAll('""', '"');
  const name = quoted ?? operand;
  return columns.has(name) ? name : undefined;
}

/** A text whose end is taken off piece by piece. */
class Ending {
  #text: string;

  constructor(text: string) {
    this.#text = text.trim();
  }

  get text(): string {
    return this.#text;
  }

  /** Removes what the pattern matches at the end and returns its first group. */
  take(pattern: RegExp): string | undefined {
    const match = pattern.exec(this.#text);
    if (!match) return undefined;
    this.#text = this.#text.slice(0, match.index).trimEnd();
    return match[1];
  }
}
