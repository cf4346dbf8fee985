import { parseName, type QualifiedName } from '../catalog/index.js';
import { RevError } from '../errors.js';
import { type Backfill, type SqlInput, type SqlParts, sqlParts } from '../operations/index.js';

/** A backfill as a revision file says it. */
export interface BackfillInput {
  readonly table: string | QualifiedName;
  /** New values by column: a value, or `` sql`…` `` over the columns of the row. */
  readonly set: Readonly<Record<string, unknown>>;
  /** Which rows. Default: all. */
  readonly where?: SqlInput;
  /** The column, or the columns, in whose order it goes: no row has them null. Default: the primary key. */
  readonly key?: string | readonly string[];
  /** In rows. Default: 1000. */
  readonly batchSize?: number;
  /** Between two batches, in milliseconds. Default: none. */
  readonly pause?: number;
}

/** What a timer can wait. */
const longestPause = 2 ** 31 - 1;

/** Throws REV_OPERATION for what makes no sense. */
export function backfillOf(input: BackfillInput): Backfill {
  const given = (input ?? {}) as Partial<BackfillInput>;
  const { table, set, where, key, batchSize = 1000, pause = 0, ...others } = given;
  if (!table || typeof set !== 'object' || set === null) {
    throw new RevError(
      'REV_OPERATION',
      `op.backfill does not say ${table ? 'what it sets' : 'of which table'}.`,
      {
        hint: "op.backfill({ table: 'users', set: { slug: sql`lower(name)` } })",
      },
    );
  }
  const name = parseName(table);
  const columns = Object.entries(set);
  const fault = (text: string) => new RevError('REV_OPERATION', `The backfill of ${name.name} ${text}.`);
  // Revisions are not type-checked when they run, and without its condition it would change all rows.
  const [other] = Object.keys(others);
  if (other !== undefined)
    throw fault(`has no option ${other}: beside table and set there are where, key, batchSize and pause`);
  if (columns.length === 0) throw fault('sets no column');
  if (!Number.isInteger(batchSize) || batchSize < 1) throw fault('needs a batchSize of at least one row');
  if (!(pause >= 0 && pause <= longestPause)) throw fault(`needs a pause of 0 to ${longestPause} ms`);
  const keys = key === undefined ? null : [key].flat();
  const missing = columns.find(([, value]) => value === undefined)?.[0];
  if (missing !== undefined) throw fault(`has no value for ${missing}; null is written as null`);
  if (keys?.length === 0) throw fault('has a key without columns');
  if (keys?.some((each) => typeof each !== 'string')) throw fault('has a key that is no name of a column');
  return {
    kind: 'backfill',
    table: name,
    set: columns.map(([column, value]) => ({ column, value: valueParts(value) })),
    where: where === undefined ? null : sqlParts(where),
    key: keys,
    batchSize,
    pause,
  };
}

function valueParts(value: unknown): SqlParts {
  const isSql = typeof value === 'object' && value !== null && 'queryChunks' in value;
  return isSql ? sqlParts(value as SqlInput) : { texts: ['', ''], values: [value] };
}
