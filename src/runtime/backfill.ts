import { setTimeout as wait } from 'node:timers/promises';
import { displayName, sameData } from '../catalog/index.js';
import {
  countRows,
  type KeyRange,
  lastKey,
  rowWithoutKey,
  updateRows,
} from '../dialects/backfill-statements.js';
import type { CopyProgress, Dialect, Driver, RowKey, Statement } from '../dialects/dialect.js';
import { RevError } from '../errors.js';
import type { Backfill } from '../operations/index.js';

/** How far a backfill is: the texts of the last key that is done; null: all of it is. */
export type Checkpoint = readonly string[] | null;

export interface BackfillOptions {
  readonly dialect: Dialect;
  readonly driver: Driver;
  /** Where an earlier run has stopped; null: from the first row. */
  readonly from: Checkpoint;
  /** Runs one batch and keeps how far it is. */
  readonly batch: (work: () => Promise<Checkpoint>) => Promise<Checkpoint>;
  /** Between two batches, in milliseconds. */
  readonly pause: number;
  readonly onStatement: (statement: Statement) => void;
  readonly onProgress: (progress: CopyProgress) => void;
  readonly signal: AbortSignal | undefined;
}

/**
 * Gives the rows of a table their values, a batch at a time in the order of a key, so that each batch reads no more than
 * its own rows. Throws REV_OPERATION for a key that does not do, REV_INTERRUPTED, REV_STATEMENT.
 */
export async function runBackfill(operation: Backfill, options: BackfillOptions): Promise<void> {
  const { dialect, driver } = options;
  const key = await keyOf(operation, options);
  const literals = (texts: readonly string[]) => texts.map((text) => dialect.keys.literal(text));
  const range = (done: Checkpoint, upTo: Checkpoint = null): KeyRange => ({
    key,
    after: done && literals(done),
    upTo: upTo && literals(upTo),
  });
  const ask = ({ sql, params }: Statement) => driver.values(sql, params);
  let done = options.from;
  const [[total] = [0]] = await ask(countRows(operation, range(done), dialect));
  const started = Date.now();
  let rows = 0;
  for (;;) {
    const batch = await options.batch(async () => {
      const [last] = await ask(lastKey(operation, range(done), dialect));
      const upTo = last?.map(String) ?? null;
      const update = updateRows(operation, range(done, upTo), dialect);
      options.onStatement(update);
      rows += await driver.run(update);
      return upTo;
    });
    const table = displayName(operation.table);
    options.onProgress({ table, rows, total: Math.max(Number(total), rows), elapsed: Date.now() - started });
    if (batch === null) return;
    if (done && sameData(batch, done)) throw stuck(table, done);
    done = batch;
    await rest(options);
  }
}

async function rest({ pause, signal }: BackfillOptions): Promise<void> {
  try {
    // Even without a pause: an interrupt must get its turn.
    await wait(pause, undefined, signal ? { signal } : {});
  } catch {
    throw new RevError('REV_INTERRUPTED', 'Interrupted between two batches.');
  }
}

/** The columns by which it goes, as the table spells them. */
async function keyOf(operation: Backfill, options: BackfillOptions): Promise<readonly string[]> {
  const table = displayName(operation.table);
  const found = await options.dialect.rowKey(options.driver, operation.table);
  if (!found) throw new RevError('REV_OPERATION', `There is no table ${table}.`);
  const missing = operation.key?.find((name) => found.columnOf(name) === undefined);
  if (missing !== undefined)
    throw new RevError('REV_OPERATION', `Table ${table} has no column ${missing} to backfill it by.`);
  const key = chosenKey(operation, found);
  await assertKey(operation, key, options);
  return key;
}

/** The same, as far as the table says it. Throws REV_OPERATION where it has no key, or the backfill would change it. */
export function chosenKey(operation: Backfill, { primaryKey, columnOf }: RowKey): readonly string[] {
  const table = displayName(operation.table);
  const spelled = (name: string) => columnOf(name) ?? name;
  const key = (operation.key ?? primaryKey)?.map(spelled);
  if (!key) {
    throw new RevError('REV_OPERATION', `Table ${table} has no primary key to backfill it by.`, {
      hint: "Name columns that no row has null, best those of an index: key: ['created_at', 'id']. On SQLite, key: 'rowid' does.",
    });
  }
  const changed = operation.set.find(({ column }) => key.includes(spelled(column)));
  if (changed) {
    throw new RevError(
      'REV_OPERATION',
      `The backfill of ${table} would change ${changed.column}, by which it goes.`,
      {
        hint: `Its key is ${key.join(', ')}. Name another one, or change those rows with one op.execute.`,
      },
    );
  }
  return key;
}

async function assertKey(
  operation: Backfill,
  key: readonly string[],
  { dialect, driver }: BackfillOptions,
): Promise<void> {
  const { sql, params } = rowWithoutKey(operation, key, dialect);
  if ((await driver.values(sql, params)).length === 0) return;
  throw new RevError(
    'REV_OPERATION',
    `Rows of ${displayName(operation.table)} have no ${key.join(', ')}, and the backfill would not reach them.`,
    { hint: 'Name columns for its key that no row has null, or leave those rows out by its where.' },
  );
}

function stuck(table: string, key: readonly string[]): RevError {
  return new RevError(
    'REV_OPERATION',
    `The backfill of ${table} does not get beyond the key ${key.join(', ')}.`,
    {
      hint: 'Name another key for it: a column whose values can be told apart as text.',
    },
  );
}
