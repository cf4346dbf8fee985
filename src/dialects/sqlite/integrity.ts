/**
 * What a transaction with foreign keys off must not leave behind: rows without a parent, foreign keys, views and
 * triggers that no longer work. All is looked at before the work and after it, so that old faults of a database block
 * nothing.
 */

import { RevError } from '../../errors.js';
import { type BrokenTrigger, findBrokenTriggers, isApplicationsOwn } from './broken-triggers.js';
import { type Connection, columnOf, rowsOf } from './connections/connection.js';
import { findViolations, refuseNewViolations, type Violations } from './foreign-key-violations.js';
import { quoteName } from './quote.js';
import { schemasOf } from './session-state.js';

export interface Faults {
  /** The databases whose foreign keys were looked at. */
  readonly schemas: readonly string[];
  /** What there is in them that can be at fault, and maybe some that is no more: `view of main`, `keys of main`. */
  readonly kinds: ReadonlySet<string>;
  readonly violations: Violations;
  /** Views that cannot be read, by name, with SQLite's message. */
  readonly views: ReadonlyMap<string, string>;
  /** Virtual tables that cannot be read, in the same way. */
  readonly virtualTables: ReadonlyMap<string, string>;
  /** By name. */
  readonly triggers: ReadonlyMap<string, BrokenTrigger>;
}

/** @param kinds where they are known: to find them out is a walk through all of the schema. */
export function findFaults(
  database: Connection,
  schemas: readonly string[],
  kinds = findKinds(database, schemas),
): Faults {
  return {
    schemas,
    kinds,
    violations: findViolations(
      database,
      schemas.filter((schema) => kinds.has(`keys of ${schema}`)),
    ),
    views: kinds.has('view of main') ? findBrokenViews(database) : new Map(),
    virtualTables: kinds.has('virtual of main') ? findBrokenVirtualTables(database) : new Map(),
    triggers: kinds.has('trigger of main') ? findBrokenTriggers(database) : new Map(),
  };
}

/** One walk through a long schema tells which of the others are worth theirs. */
function findKinds(database: Connection, schemas: readonly string[]): ReadonlySet<string> {
  return new Set(
    schemas.flatMap((schema) =>
      columnOf(
        database,
        `SELECT DISTINCT CASE type WHEN 'table' THEN CASE rootpage WHEN 0 THEN 'virtual' ELSE 'keys' END ELSE type END
         FROM ${quoteName(schema)}.sqlite_schema WHERE type <> 'index'
           AND (type <> 'table' OR rootpage = 0 OR instr(lower(sql), 'references') > 0)`,
      ).map((kind) => `${kind} of ${schema}`),
    ),
  );
}

/**
 * Whether a statement may bring a kind that there was not. What makes one has its name in its text, and only a pragma and
 * SQLite's own table let definitions be made of values.
 */
export function mayAddKind(sql: string): boolean {
  return /references|view|trigger|virtual|attach|pragma|sqlite_/i.test(sql);
}

/** With those of the databases that were attached since. */
export function withAttached(database: Connection, before: Faults): Faults {
  const attached = schemasOf(database).filter((schema) => !before.schemas.includes(schema));
  if (attached.length === 0) return before;
  const { violations } = before;
  const { byKey, existing, columns, keyed } = findViolations(database, attached);
  return {
    ...before,
    schemas: [...before.schemas, ...attached],
    violations: {
      byKey: new Map([...violations.byKey, ...byKey]),
      existing: new Map([...violations.existing, ...existing]),
      columns: new Set([...violations.columns, ...columns]),
      keyed: new Set([...violations.keyed, ...keyed]),
    },
  };
}

/** @throws RevError REV_STATEMENT for faults that were not there before; no row's values are in it. */
export function refuseNewFaults(before: Faults, after: Faults): void {
  refuseNewViolations(before.violations, after.violations);
  refuseBroken('views', before.views, after.views);
  refuseBroken('virtual tables', before.virtualTables, after.virtualTables);
  const triggers = [...after.triggers.values()].filter(({ name }) => !before.triggers.has(name));
  if (triggers.length > 0) {
    const lines = triggers.map(({ name, table, message }) => `${name} on ${table}: ${message}`);
    throw new RevError('REV_STATEMENT', `These triggers would no longer work:\n  ${lines.join('\n  ')}`, {
      hint: 'Drop the triggers in this revision, or make them anew before it ends.',
      data: { triggers: triggers.map(({ name }) => name) },
    });
  }
}

function refuseBroken(
  what: 'views' | 'virtual tables',
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): void {
  const broken = [...after].filter(([name]) => !before.has(name));
  if (broken.length === 0) return;
  const lines = broken.map(([name, message]) => `${name}: ${message}`);
  const names = broken.map(([name]) => name);
  throw new RevError('REV_STATEMENT', `These ${what} would no longer work:\n  ${lines.join('\n  ')}`, {
    hint: `Drop the ${what} in this revision, or make them anew before it ends.`,
    data: what === 'views' ? { views: names } : { virtualTables: names },
  });
}

function findBrokenViews(database: Connection): ReadonlyMap<string, string> {
  const names = columnOf(database, `SELECT name FROM main.sqlite_schema WHERE type = 'view' ORDER BY name`);
  const errors = database.check(names.map((name) => `SELECT * FROM main.${quoteName(String(name))}`));
  return new Map(
    names.flatMap((name, at) => (errors[at] ? [[String(name), errors[at].message] as const] : [])),
  );
}

/** Such as a full-text index whose `content` is a table that has another name now: SQLite itself does not notice. */
function findBrokenVirtualTables(database: Connection): ReadonlyMap<string, string> {
  const virtual = `SELECT name FROM main.sqlite_schema WHERE type = 'table' AND rootpage = 0 ORDER BY name`;
  const broken = new Map<string, string>();
  for (const name of columnOf(database, virtual).map(String)) {
    try {
      // To prepare is not enough: the module looks for its table when it is read. A row is read, and not kept.
      rowsOf(database, `SELECT 1 FROM (SELECT * FROM main.${quoteName(name)} LIMIT 1)`);
    } catch (thrown) {
      const message = thrown instanceof Error ? thrown.message : String(thrown);
      if (!isApplicationsOwn(message)) broken.set(name, message);
    }
  }
  return broken;
}
