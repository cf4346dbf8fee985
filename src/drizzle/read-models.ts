/** drizzle models → Catalog: what the database should be. */
import {
  type Catalog,
  type DialectName,
  displayName,
  makeCatalog,
  type Uncompared,
} from '../catalog/index.js';
import { RevError } from '../errors.js';
import { refuseNameClashes } from './check-names.js';
import { type Collected, collect, refuseTwins } from './collect.js';
import {
  type DrizzlePolicy,
  type DrizzleTable,
  type DrizzleTableConfig,
  protectIndexDefaults,
  tableName,
  tableSchema,
} from './drizzle-objects.js';
import { readEnum, readRole, readSequence } from './free-objects.js';
import { type Casing, columnNaming, type DrizzleLine } from './naming.js';
import { label, type Reached, reach } from './reach.js';
import { readRowSecurity } from './read-policies.js';
import { readTable } from './read-table.js';
import { readView } from './read-view.js';
import { TableContext } from './table-context.js';

export interface ReadOptions {
  readonly dialect: DialectName;
  /** `casing` of drizzle-orm 0.x; without meaning for 1.x, whose models have final names. */
  readonly casing?: Casing;
  /** The namespace of the user's own `drizzle-orm/pg-core` or `drizzle-orm/sqlite-core`. */
  readonly core: unknown;
  /** The namespace of the user's own `drizzle-orm`. */
  readonly root?: unknown;
}

export interface Models {
  /** What the models say, before any normalization: frozen and sorted. */
  readonly catalog: Catalog;
  /** Lines for a person: what is used but not exported, and what is not compared. */
  readonly warnings: readonly string[];
}

/**
 * Reads the models of evaluated modules. Pure: no import, no disk, no database.
 * @param modules namespaces of the user's schema files.
 * @throws RevError REV_SCHEMA (nothing exported, models of another dialect, two objects of one name, broken
 *   references, defaults without a literal) and REV_NAME (names that the database would take for one).
 */
export function readModels(
  modules: readonly Readonly<Record<string, unknown>>[],
  options: ReadOptions,
): Models {
  const { dialect } = options;
  const core = coreOf(options);
  const found = collect(modules, dialect);
  const reached = reach(found, {
    line: core.line,
    configOf: core.configOf,
    tableKind: dialect === 'postgres' ? 'PgTable' : 'SQLiteTable',
  });
  refuseTwins(found);

  const columnName = columnNaming(core.line === '0.x' ? options.casing : undefined);
  const tableNames = new Set([...reached.tables.keys()].map(tableName));
  const contexts = [...reached.tables].map(
    ([table, config]) =>
      new TableContext(table, config, { dialect, line: core.line, columnName, tableNames }),
  );
  const schemas = schemasOf(found);
  const uncompared = uncomparedOf(found, reached);
  const linked = new Map<unknown, DrizzlePolicy[]>();
  for (const policy of found.policies.keys()) {
    const others = linked.get(policy._linkedTable);
    if (others) others.push(policy);
    else linked.set(policy._linkedTable, [policy]);
  }
  const catalog = makeCatalog({
    dialect,
    roles: [...found.roles.keys()].filter((role) => !role._existing).map(readRole),
    schemas: schemas.names,
    enums: [...found.enums.keys()].map(readEnum),
    sequences: [...found.sequences.keys()].map(readSequence),
    tables: contexts.map((context) => ({
      ...readTable(context),
      ...readRowSecurity(context, linked.get(context.table) ?? []),
    })),
    views: [...found.views.keys()].map((view) => readView(view, { dialect, columnName })),
    uncompared,
  });
  refuseNameClashes(catalog);
  return {
    catalog,
    warnings: [...reached.warnings, ...schemas.warnings, ...uncomparedWarnings(uncompared)],
  };
}

interface Core {
  readonly line: DrizzleLine;
  readonly configOf: (table: DrizzleTable) => DrizzleTableConfig;
}

/** What is used of the user's core. */
function coreOf(options: ReadOptions): Core {
  const core = options.core as {
    getTableConfig?: (table: DrizzleTable) => DrizzleTableConfig;
    ForeignKey?: { prototype?: { isNameExplicit?: unknown } };
  } | null;
  const getTableConfig = core?.getTableConfig;
  if (typeof getTableConfig !== 'function') {
    const name = options.dialect === 'postgres' ? 'drizzle-orm/pg-core' : 'drizzle-orm/sqlite-core';
    throw new RevError('REV_SCHEMA', `${name} has no getTableConfig, so the models cannot be read.`, {
      hint: 'Supported are drizzle-orm 0.44, 0.45 and 1.x; which one does the project have?',
    });
  }
  const line = typeof core?.ForeignKey?.prototype?.isNameExplicit === 'function' ? '1.x' : '0.x';
  return {
    line,
    configOf: (table) => {
      protectIndexDefaults(table);
      try {
        return getTableConfig(table);
      } catch (cause) {
        throw new RevError(
          'REV_SCHEMA',
          `The constraints and indexes of the table ${label(table)} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`,
          { hint: 'Look at the last argument of its definition.', cause },
        );
      }
    },
  };
}

/** Schemas that are exported or that a table, enum, sequence or view is in; those declared `.existing()` are not ours. */
function schemasOf(found: Collected): { names: readonly string[]; warnings: readonly string[] } {
  const declared = new Map<string, boolean>();
  for (const schema of found.schemas.keys()) {
    declared.set(schema.schemaName, schema.isExisting === true || declared.get(schema.schemaName) === true);
  }
  const used = new Map<string, string>();
  const use = (schema: string | null, by: string) => {
    if (schema !== null && !declared.has(schema) && !used.has(schema)) used.set(schema, by);
  };
  for (const table of found.tables.keys()) use(tableSchema(table), label(table));
  for (const enumeration of found.enums.keys()) use(enumeration.schema ?? null, enumeration.enumName);
  for (const sequence of found.sequences.keys()) use(sequence.schema ?? null, sequence.seqName);
  for (const view of found.views.keys()) use(view.schema ?? null, view.name);
  const own = [...declared].filter(([, existing]) => !existing).map(([name]) => name);
  return {
    names: [...own, ...used.keys()].filter((name) => name !== 'public'),
    warnings: [...used].map(
      ([name, by]) =>
        `Schema ${name} is used by ${by} but not exported from the schema. It is taken into account; export it to ` +
        'make that plain.',
    ),
  };
}

/** A view that the models declare `.existing()`: never made, changed or dropped. */
const existingView = 'existing view';

function uncomparedOf(found: Collected, reached: Reached): readonly Uncompared[] {
  const all: Uncompared[] = [];
  for (const view of found.existingViews.keys()) {
    all.push({ kind: existingView, name: { schema: view.schema ?? null, name: view.name } });
  }
  for (const policy of found.policies.keys()) {
    const table = policy._linkedTable;
    if (!table) {
      // One of a table's own that is exported, too.
      const own = [...reached.tables.values()].some((config) => config.policies?.includes(policy));
      if (!own) all.push({ kind: 'policy', name: { schema: null, name: policy.name } });
    } else if (!reached.tables.has(table)) {
      const name = { schema: tableSchema(table), name: tableName(table) };
      all.push({ kind: 'policy', name: { schema: name.schema, name: policy.name }, table: name });
    }
  }
  return all;
}

/** One line for each kind, so that nothing is left out unseen and nobody reads forty lines. */
function uncomparedWarnings(uncompared: readonly Uncompared[]): readonly string[] {
  const kinds = new Map<string, string[]>();
  for (const each of uncompared) {
    // Somebody else's, and said to be so.
    if (each.kind === existingView) continue;
    const name = displayName(each.name);
    kinds.set(each.kind, [...(kinds.get(each.kind) ?? []), name]);
  }
  return [...kinds].map(
    ([kind, names]) =>
      `Not compared: ${kind} ${names.join(', ')}. The models have ${names.length === 1 ? 'it' : 'them'}, but rev ` +
      'neither creates nor changes this kind of object yet; write it into a revision with op.execute.',
  );
}
