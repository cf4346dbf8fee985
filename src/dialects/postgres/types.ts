import type { QualifiedName } from '../../catalog/index.js';

/** Type texts: the many ways to write a type, and the one that PostgreSQL's format_type prints. */

export interface TypeText {
  /** Lower case, aliases resolved: `character varying`, `timestamp with time zone`, `app."State"`. */
  readonly base: string;
  /** What stands in the parentheses, without spaces: `10,2`. */
  readonly modifier: string | null;
  readonly array: boolean;
}

const aliases: Readonly<Record<string, string>> = {
  int: 'integer',
  int4: 'integer',
  int2: 'smallint',
  int8: 'bigint',
  serial2: 'smallserial',
  serial4: 'serial',
  serial8: 'bigserial',
  bool: 'boolean',
  float4: 'real',
  float8: 'double precision',
  decimal: 'numeric',
  dec: 'numeric',
  varchar: 'character varying',
  'char varying': 'character varying',
  'national character varying': 'character varying',
  'national char varying': 'character varying',
  'nchar varying': 'character varying',
  char: 'character',
  nchar: 'character',
  'national character': 'character',
  'national char': 'character',
  varbit: 'bit varying',
  timestamptz: 'timestamp with time zone',
  timestamp: 'timestamp without time zone',
  timetz: 'time with time zone',
  time: 'time without time zone',
};

/** Serial is no type of its own, only a short form in a definition. */
const serials: Readonly<Record<string, string>> = {
  smallserial: 'smallint',
  serial: 'integer',
  bigserial: 'bigint',
};

const arraySuffix = /\s*(?:\[\s*\d*\s*\]|\barray(?:\s*\[\s*\d*\s*\])?)\s*$/i;

/** A catalog says the same few types thousands of times. */
const parsed = new Map<string, TypeText>();

export function parseType(text: string): TypeText {
  const known = parsed.get(text);
  if (known) return known;
  const found = readType(text);
  parsed.set(text, found);
  return found;
}

function readType(text: string): TypeText {
  let rest = text.trim();
  let array = false;
  while (arraySuffix.test(rest)) {
    rest = rest.replace(arraySuffix, '');
    array = true;
  }
  const { name, modifier } = splitModifier(foldCase(rest));
  const words = name
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/^pg_catalog\./, '');
  return { ...resolve(words, modifier), array };
}

/** `timestamp (3) with time zone` → `timestamp with time zone` and `3`. */
function splitModifier(text: string): { name: string; modifier: string | null } {
  const outsideQuotes = text.replace(/"(?:[^"]|"")*"/g, (quoted) => '_'.repeat(quoted.length));
  const open = outsideQuotes.indexOf('(');
  const close = outsideQuotes.indexOf(')', open);
  if (open < 0 || close < 0) return { name: text, modifier: null };
  return {
    name: `${text.slice(0, open)} ${text.slice(close + 1)}`,
    modifier: text.slice(open + 1, close).replace(/\s+/g, ''),
  };
}

function resolve(words: string, modifier: string | null): Omit<TypeText, 'array'> {
  if (words === 'float') {
    const single = modifier !== null && Number(modifier) <= 24;
    return { base: single ? 'real' : 'double precision', modifier: null };
  }
  const base = aliases[words] ?? words;
  if (modifier === null && (base === 'character' || base === 'bit')) return { base, modifier: '1' };
  if (base === 'numeric' && modifier !== null && !modifier.includes(',')) {
    return { base, modifier: `${modifier},0` };
  }
  return { base, modifier };
}

/** As format_type prints it: `character varying(20)`, `timestamp(3) with time zone`, `integer[]`. */
export function canonicalType(text: string): string {
  const { base, modifier, array } = parseType(text);
  const timed = /^(timestamp|time) (with|without) time zone$/.exec(base);
  const full =
    modifier === null
      ? base
      : timed
        ? `${timed[1]}(${modifier}) ${timed[2]} time zone`
        : `${base}(${modifier})`;
  return array ? `${full}[]` : full;
}

/**
 * Equal for texts that mean one type, however they are quoted. The key of an enum is its name, since models may write
 * the bare name without schema or quotes.
 */
export function typeKey(text: string, enumName?: QualifiedName): string {
  const type = parseType(text);
  if (enumName) return JSON.stringify(['enum', enumName.schema, enumName.name, type.array]);
  // "char" and "bit" are other types than char and bit.
  return canonicalType(text).replace(/"(?:[^"]|"")*"/g, (quoted) => {
    const name = quoted.slice(1, -1);
    return /^[a-z_][a-z0-9_$]*$/.test(name) && !(name in aliases) && name !== 'bit' ? name : quoted;
  });
}

/** The integer type behind a serial pseudo-type; null for any other type. */
export function serialType(text: string): string | null {
  return serials[parseType(text).base] ?? null;
}

/** The type that a column of this type has once it exists. */
export function storedType(text: string): string {
  return serialType(text) ?? text;
}

export function isIntegerType(text: string): boolean {
  const { base, array } = parseType(text);
  return !array && (base === 'integer' || base === 'smallint' || base === 'bigint');
}

export function isCharacterType(text: string): boolean {
  return /^(text|character varying|character|bpchar|citext|name)$/.test(parseType(text).base);
}

/** Lower case outside of double quotes. */
function foldCase(text: string): string {
  return text.replace(/"(?:[^"]|"")*"|[^"]+/g, (part) => (part.startsWith('"') ? part : part.toLowerCase()));
}

const builtIn = new Set([
  ...['smallint', 'integer', 'bigint', 'numeric', 'real', 'double precision', 'boolean', 'money', 'oid'],
  ...['text', 'character', 'character varying', 'bpchar', 'name', '"char"', 'uuid', 'json', 'jsonb', 'xml'],
  ...['date', 'interval', 'timestamp without time zone', 'timestamp with time zone'],
  ...['time without time zone', 'time with time zone', 'bytea', 'bit', 'bit varying'],
  ...['inet', 'cidr', 'macaddr', 'macaddr8', 'tsvector', 'tsquery'],
  ...['point', 'line', 'lseg', 'box', 'path', 'polygon', 'circle'],
  ...['int4range', 'int8range', 'numrange', 'tsrange', 'tstzrange', 'daterange'],
  ...[
    'int4multirange',
    'int8multirange',
    'nummultirange',
    'tsmultirange',
    'tstzmultirange',
    'datemultirange',
  ],
]);

/** A type of PostgreSQL itself, by its `base`. */
export function isBuiltIn(base: string): boolean {
  return builtIn.has(base) || base.startsWith('interval ');
}
