/** Which type changes keep every value as it is. Only for what a person is told; the database decides for itself. */

const integers = ['smallint', 'integer', 'bigint'];

const aliases: Readonly<Record<string, string>> = {
  int: 'integer',
  int2: 'smallint',
  int4: 'integer',
  int8: 'bigint',
  smallserial: 'smallint',
  serial: 'integer',
  bigserial: 'bigint',
  'character varying': 'varchar',
  character: 'char',
  bpchar: 'char',
  decimal: 'numeric',
  float8: 'double precision',
  double: 'double precision',
  float4: 'real',
  timestamptz: 'timestamp with time zone',
  'timestamp without time zone': 'timestamp',
};

interface TypeShape {
  readonly base: string;
  /** What stands in the parentheses, without blanks. */
  readonly modifier: string;
}

function shapeOf(type: string): TypeShape {
  const text = type.trim().toLowerCase().replace(/\s+/g, ' ');
  const modifier = /\(([^)]*)\)/.exec(text)?.[1]?.replaceAll(' ', '') ?? '';
  const bare = text
    .replace(/\s*\([^)]*\)/, '')
    .replace(/ +/g, ' ')
    .trim();
  return { base: aliases[bare] ?? bare, modifier };
}

/** Whether every value of the one type is a value of the other: conservative, false for what is not known. */
export function keepsValues(from: string, to: string): boolean {
  // Each value becomes the only element of its array.
  if (to.endsWith('[]') && !from.endsWith('[]')) return keepsValues(from, to.slice(0, -2));
  const [a, b] = [shapeOf(from), shapeOf(to)];
  if (a.base === b.base) return keepsSizes(a, b);
  if (b.base === 'text') return true;
  if (integers.includes(a.base)) {
    return integers.indexOf(b.base) > integers.indexOf(a.base) || (b.base === 'numeric' && b.modifier === '');
  }
  if ((a.base === 'varchar' || a.base === 'char') && b.base === 'varchar') return keepsSizes(a, b);
  if (a.base === 'real') return b.base === 'double precision';
  if (a.base === 'date') return b.base.startsWith('timestamp');
  return a.base === 'json' && b.base === 'jsonb';
}

/** Sizes that a value must have, no more and no less; and what is no size (`geometry(point,4326)`). */
const exact = /^(?:bit|(?:.*\.)?(?:vector|halfvec|sparsevec|geometry|geography))$/;

/** No size is the widest one; of a numeric neither the digits before the point may become fewer nor those after it. */
function keepsSizes(from: TypeShape, to: TypeShape): boolean {
  if (from.modifier === to.modifier) return true;
  // A bare bit is bit(1).
  if (exact.test(to.base)) return to.modifier === '' && to.base !== 'bit';
  const [[a, aScale = 0], [b, bScale = 0]] = [sizesOf(from), sizesOf(to)];
  if (b === undefined) return true;
  if (a === undefined) return false;
  return to.base === 'numeric' ? bScale >= aScale && b - bScale >= a - aScale : b >= a;
}

function sizesOf({ modifier }: TypeShape): readonly number[] {
  return /^[\d,]+$/.test(modifier) ? modifier.split(',').map(Number) : [];
}
