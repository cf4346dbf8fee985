import type { DiffRules } from '../dialect.js';
import { sameDefault } from './defaults.js';
import { expressionKey } from './expressions.js';
import { identifier } from './quote.js';
import { canReplaceView } from './replace-view.js';
import {
  isBuiltIn,
  isCharacterType,
  parseType,
  serialType,
  storedType,
  type TypeText,
  typeKey,
} from './types.js';

/** What PostgreSQL calls equal, for catalogs that are normalized. */
export const rules: DiffRules = {
  storedName: (name) => cutBytes(name, 63),
  equalTypes: (actual, wanted) => typeKey(actual) === typeKey(wanted),
  equalDefaults: sameDefault,
  equalExpressions: (actual, wanted) => actual === wanted || expressionKey(actual) === expressionKey(wanted),
  equalQueries: (actual, wanted) => actual === wanted || expressionKey(actual) === expressionKey(wanted),
  canReplaceView,
  uniqueIndexIsConstraint: false,
  constraintNamesMatter: true,
  canAlterGenerated: false,
  rereads: (from, to) => {
    const [before, after] = [parseType(storedType(from)), parseType(storedType(to))];
    // Operators of varchar are those of text, and the cast to text that is printed comes and goes.
    const read = (base: string) => (base === 'character varying' ? 'text' : base);
    return read(before.base) !== read(after.base) || before.array !== after.array;
  },
  keepsIndexes: true,
  numbersRows: (type) => serialType(type) !== null,
  conversion,
  conversionBack,
};

/** The first bytes of a name, never half a character, as PostgreSQL cuts it. */
export function cutBytes(name: string, bytes: number): string {
  if (Buffer.byteLength(name) <= bytes) return name;
  let cut = '';
  let length = 0;
  for (const character of name) {
    length += Buffer.byteLength(character);
    if (length > bytes) break;
    cut += character;
  }
  return cut;
}

/** The name that PostgreSQL chooses: `<table>_<column>_<label>`, both cut alike (makeObjectName in indexcmds.c). */
export function derivedName(table: string, column: string, label: string): string {
  const room = 63 - Buffer.byteLength(label) - 2;
  let [first, second] = [Buffer.byteLength(table), Buffer.byteLength(column)];
  while (first + second > room) {
    if (first > second) first -= 1;
    else second -= 1;
  }
  return `${cutBytes(table, first)}_${cutBytes(column, second)}_${label}`;
}

/** Within a group every type becomes every other by an assignment cast, if it has one at all. */
const assignable: readonly (readonly string[])[] = [
  ['smallint', 'integer', 'bigint', 'numeric', 'real', 'double precision'],
  ['date', 'timestamp without time zone', 'timestamp with time zone'],
  ['time without time zone', 'time with time zone'],
  ['json', 'jsonb'],
  ['bit', 'bit varying'],
  ['inet', 'cidr'],
  ['macaddr', 'macaddr8'],
  // Of the extension vector.
  ['vector', 'halfvec', 'sparsevec'],
];

/** Assignment casts that go one way. */
const oneWay: readonly string[] = [
  'timestamp without time zone>time without time zone',
  'timestamp with time zone>time without time zone',
  'timestamp with time zone>time with time zone',
  'time without time zone>interval',
  'interval>time without time zone',
];

/** Explicit casts between built-in types other than text (pg_cast), beside those that `convertValue` names itself. */
const explicitCasts: readonly string[] = [
  ...['integer>boolean', 'boolean>integer', '"char">integer', 'integer>"char"'],
  ...['boolean', 'smallint', 'integer', 'bigint', 'numeric', 'real', 'double precision'].map(
    (type) => `jsonb>${type}`,
  ),
  ...['bit>integer', 'bit>bigint', 'bytea>integer', 'bytea>bigint', 'integer>bytea', 'bigint>bytea'],
  ...['box>circle', 'box>lseg', 'box>point', 'box>polygon', 'circle>box', 'circle>point', 'circle>polygon'],
  ...['lseg>point', 'path>polygon', 'point>box'],
  ...['polygon>box', 'polygon>circle', 'polygon>path', 'polygon>point'],
];

/**
 * A value becomes an array of one, whatever it looks like: text that looks like an array's may be just text. The way
 * back of that (`arrayBack`) and the way of arrays to other types differ, so that each way and its back are exact.
 */
function conversion(column: string, fromText: string, toText: string): string | null {
  const [from, to] = [parseType(storedType(fromText)), parseType(storedType(toText))];
  const name = identifier(column);
  if (isVectorArray(from, to)) return null;
  if (to.array && !from.array) {
    const element = convertValue('', { ...from, array: false }, { ...to, array: false });
    const cast = element === null ? '' : `::${castTarget(to)}`;
    return `CASE WHEN ${name} IS NOT NULL THEN ARRAY[${name}]${cast} END`;
  }
  return convertValue(name, from, to);
}

/** How what `conversion` made of a column's values becomes again what it was. */
function conversionBack(column: string, fromText: string, toText: string): string | null {
  const [from, to] = [parseType(storedType(fromText)), parseType(storedType(toText))];
  const name = identifier(column);
  // An array became text: it is read again as the array that it was.
  if (from.array && !to.array && isCharacterType(to.base)) return `${name}::text::${castTarget(from)}`;
  if (!to.array || from.array || isVectorArray(from, to)) return conversion(column, toText, fromText);
  return arrayBack(name, from);
}

/** An array of one becomes its element. Of several, text is joined, so that nothing is lost; other types refuse them. */
function arrayBack(name: string, to: TypeText): string {
  if (isCharacterType(to.base)) return `array_to_string(${name}, ',')`;
  const target = castTarget(to);
  return `CASE WHEN cardinality(${name}) = 1 THEN (${name})[array_lower(${name}, 1)]::text::${target} ELSE ${name}::text::${target} END`;
}

/** A vector and the array of its numbers become each other by assignment casts. */
function isVectorArray(from: TypeText, to: TypeText): boolean {
  const [array, other] = from.array ? [from, to] : [to, from];
  return array.array && array.base === 'real' && !other.array && /^(vector|halfvec)$/.test(bareName(other));
}

/** Without the schema that an extension may be in. */
function bareName({ base }: TypeText): string {
  return base.split('.').at(-1) ?? base;
}

function convertValue(name: string, from: TypeText, to: TypeText): string | null {
  if (from.base === to.base) return null;
  // Whatever it is, it becomes text by assignment.
  if (!to.array && isCharacterType(to.base)) return null;
  if (from.array && to.array && isCharacterType(from.base) && isCharacterType(to.base)) return null;
  // An array's first element would be a guess: PostgreSQL refuses, and a person writes the USING.
  if (from.array && !to.array) return null;
  const names = [bareName(from), bareName(to)];
  if (assignable.some((group) => names.every((each) => group.includes(each)))) return null;
  if (oneWay.includes(`${from.base}>${to.base}`)) return null;
  if (to.base === 'boolean' && /^(smallint|bigint)$/.test(from.base)) return `${name}::integer::boolean`;
  if (from.base === 'boolean' && /^(smallint|bigint|numeric|real|double precision)$/.test(to.base)) {
    return `${name}::integer::${castTarget(to)}`;
  }
  // Enums and types of extensions: by their text, which every type has.
  const viaText = !isCharacterType(from.base) && (!isBuiltIn(from.base) || !isBuiltIn(to.base));
  const text = from.array ? 'text[]' : 'text';
  if (viaText || (isCharacterType(from.base) && !isBuiltIn(to.base))) {
    return `${name}::${text}::${castTarget(to)}`;
  }
  const [range, other] = [rangeKind(from.base), rangeKind(to.base)];
  if (range !== null && range === other) return `${name}::${text}::${castTarget(to)}`;
  const hasCast = isCharacterType(from.base) || explicitCasts.includes(`${from.base}>${to.base}`);
  // Without one PostgreSQL refuses, and a person writes the USING.
  return hasCast || from.base.replace('range', 'multirange') === to.base
    ? `${name}::${castTarget(to)}`
    : null;
}

/** Ranges whose texts are read by one another, and mean the same there. */
function rangeKind(base: string): string | null {
  const found = /^(int4|int8|num|ts|tstz)(range|multirange)$/.exec(base);
  if (!found) return null;
  return `${found[1]?.startsWith('ts') ? 'time' : 'number'} ${found[2]}`;
}

/**
 * The type without its modifier: an explicit cast to `varchar(5)` or `bit(3)` cuts, the assignment that follows a
 * USING complains instead.
 */
function castTarget({ base, array }: TypeText): string {
  const target = base === 'bit' ? 'bit varying' : base === 'character' ? 'text' : base;
  return array ? `${target}[]` : target;
}
