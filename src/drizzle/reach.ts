/**
 * Closes a collection over what it reaches: the enums of columns, the targets of foreign keys, the schemas of tables,
 * the tables of policies, what views read. drizzle-kit looks at exports only and takes the rest for deleted; here it belongs to the
 * models, and the user is told.
 */
import { RevError } from '../errors.js';
import { type Collected, type Found, noteView } from './collect.js';
import {
  type DrizzleEnum,
  type DrizzleForeignKey,
  type DrizzleTable,
  type DrizzleTableConfig,
  type DrizzleViewConfig,
  entityKinds,
  isAlias,
  tableName,
  tableSchema,
  viewConfig,
} from './drizzle-objects.js';
import type { DrizzleLine } from './naming.js';
import { elementOf } from './postgres-types.js';
import { readBy } from './read-view.js';

export interface Reached {
  /** Every table with its configuration, exported ones first. */
  readonly tables: ReadonlyMap<DrizzleTable, DrizzleTableConfig>;
  readonly warnings: readonly string[];
}

export interface ReachOptions {
  readonly line: DrizzleLine;
  /** `getTableConfig` of the user's core. */
  readonly configOf: (table: DrizzleTable) => DrizzleTableConfig;
  /** The entity kind that a table must have: PgTable or SQLiteTable. */
  readonly tableKind: string;
}

/** Adds to the collection in place. Throws REV_SCHEMA for a foreign key that leads nowhere. */
export function reach(collected: Collected, options: ReachOptions): Reached {
  const tables = new Map<DrizzleTable, DrizzleTableConfig>();
  const warnings: string[] = [];
  const add = <T>(found: Found<T>, object: T, what: string, name: string, through: string) => {
    if (found.has(object)) return;
    found.set(object, `${name} (not exported, found through ${through})`);
    warnings.push(
      `${what} ${name} is used by ${through} but not exported from the schema. It is taken into account; export it ` +
        'to make that plain.',
    );
  };

  // A Map's iteration also reaches what is added on the way.
  for (const [view, path] of collected.views) {
    const { tables: read, views } = readBy(view.query);
    for (const table of read) add(collected.tables, table, 'Table', label(table), `the view ${path}`);
    for (const other of views) {
      const config = viewConfig(other);
      if (!config || config.isAlias || isKnownView(collected, config)) continue;
      const materialized = entityKinds(other).includes('PgMaterializedView');
      noteView(
        collected,
        other,
        `${config.name} (not exported, found through the view ${path})`,
        materialized,
      );
      warnings.push(
        `View ${config.name} is used by the view ${path} but not exported from the schema. It is taken into account; ` +
          'export it to make that plain.',
      );
    }
  }
  // A Map's iteration also reaches what is added on the way.
  for (const table of collected.tables.keys()) {
    const config = options.configOf(table);
    tables.set(table, config);
    for (const column of config.columns) {
      const used: DrizzleEnum | undefined = elementOf(column, options.line).column.enum;
      if (used) add(collected.enums, used, 'Enum', used.enumName, `${label(table)}.${column.name}`);
    }
    for (const key of config.foreignKeys) {
      const target = targetOf(key, table, options.tableKind);
      if (!isAlias(target)) {
        add(collected.tables, target, 'Table', label(target), `a foreign key of ${label(table)}`);
      }
    }
  }
  return { tables, warnings };
}

function isKnownView(collected: Collected, config: DrizzleViewConfig): boolean {
  return [...collected.views.keys(), ...collected.existingViews.keys()].some(
    (view) => view.name === config.name && view.schema === config.schema,
  );
}

/** `posts`, `app.posts`. */
export function label(table: DrizzleTable): string {
  const schema = tableSchema(table);
  return schema === null ? tableName(table) : `${schema}.${tableName(table)}`;
}

function targetOf(key: DrizzleForeignKey, table: DrizzleTable, tableKind: string): DrizzleTable {
  let target: DrizzleTable;
  try {
    target = key.reference().foreignTable;
  } catch (cause) {
    throw nowhere(table, cause);
  }
  if (!entityKinds(target).includes(tableKind)) throw nowhere(table);
  return target;
}

function nowhere(table: DrizzleTable, cause?: unknown): RevError {
  return new RevError(
    'REV_SCHEMA',
    `A foreign key of ${label(table)} refers to something that is no column.`,
    {
      hint: `Look at its references(() => …) or foreignKey({ … }): is the column spelled right, and is its table of this dialect?${
        cause instanceof Error ? `\n${cause.message}` : ''
      }`,
      ...(cause === undefined ? {} : { cause }),
    },
  );
}
