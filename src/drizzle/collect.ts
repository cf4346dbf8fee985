/**
 * Which drizzle objects a project's modules hold: exports, the default export, members of plain objects and arrays (two
 * levels deep). What the database has none of (relations, functions, aliases, other values) is passed over.
 */
import { type DialectName, displayName, type QualifiedName } from '../catalog/index.js';
import { RevError } from '../errors.js';
import {
  type DrizzleEnum,
  type DrizzlePolicy,
  type DrizzleRole,
  type DrizzleSchema,
  type DrizzleSequence,
  type DrizzleTable,
  type DrizzleViewConfig,
  entityKinds,
  isAlias,
  isEnum,
  tableName,
  tableSchema,
  viewConfig,
} from './drizzle-objects.js';
import { enumName } from './postgres-types.js';

export interface DrizzleView extends DrizzleViewConfig {
  readonly materialized: boolean;
}

/** Objects of one kind by identity, each with the name that the user's code has for it. */
export type Found<T> = Map<T, string>;

export interface Collected {
  readonly tables: Found<DrizzleTable>;
  readonly enums: Found<DrizzleEnum>;
  readonly schemas: Found<DrizzleSchema>;
  readonly sequences: Found<DrizzleSequence>;
  readonly views: Found<DrizzleView>;
  /** Declared `.existing()`: they belong to somebody else. */
  readonly existingViews: Found<DrizzleView>;
  readonly policies: Found<DrizzlePolicy>;
  readonly roles: Found<DrizzleRole>;
}

const dialectWords: Readonly<Record<string, string>> = {
  Pg: 'PostgreSQL',
  SQLite: 'SQLite',
  MySql: 'MySQL',
  SingleStore: 'SingleStore',
  MsSql: 'SQL Server',
  Cockroach: 'CockroachDB',
  Gel: 'Gel',
};

const prefixes: Readonly<Record<DialectName, string>> = { postgres: 'Pg', sqlite: 'SQLite' };

/** Collects from evaluated modules. Throws REV_SCHEMA for models of another dialect, and where there are none. */
export function collect(
  modules: readonly Readonly<Record<string, unknown>>[],
  dialect: DialectName,
): Collected {
  const collector = new Collector(dialect);
  for (const module of modules) {
    for (const [name, value] of membersOf(module)) collector.visit(value, name, 2);
  }
  const { found } = collector;
  if (Object.values(found).every((each) => each.size === 0)) {
    const call = dialect === 'postgres' ? 'pgTable' : 'sqliteTable';
    const core = dialect === 'postgres' ? 'pg-core' : 'sqlite-core';
    throw new RevError('REV_SCHEMA', 'The schema exports no tables.', {
      hint:
        `Export them from the files that \`schema\` names: export const users = ${call}('users', { … }), ` +
        `with ${call} from drizzle-orm/${core}. Is \`schema\` in alembic.config.ts the right path?`,
    });
  }
  return found;
}

class Collector {
  readonly found: Collected = {
    tables: new Map(),
    enums: new Map(),
    schemas: new Map(),
    sequences: new Map(),
    views: new Map(),
    existingViews: new Map(),
    policies: new Map(),
    roles: new Map(),
  };
  readonly #dialect: DialectName;
  readonly #views = new Set<object>();

  constructor(dialect: DialectName) {
    this.#dialect = dialect;
  }

  /** @param depth how many levels of plain objects are looked into below this value. */
  visit(value: unknown, path: string, depth: number): void {
    if (isEnum(value)) {
      this.#ownDialect('Pg', path);
      note(this.found.enums, value as DrizzleEnum, path);
      return;
    }
    if (typeof value !== 'object' || value === null) return;
    const kinds = entityKinds(value);
    if (kinds.length > 0) {
      this.#visitEntity(value, kinds, path);
      return;
    }
    if (depth === 0 || !isContainer(value)) return;
    for (const [name, member] of membersOf(value)) this.visit(member, `${path}.${name}`, depth - 1);
  }

  #visitEntity(value: object, kinds: readonly string[], path: string): void {
    const kind = modelKind(kinds);
    if (!kind) return;
    this.#ownDialect(kind.prefix, path);
    switch (kind.name) {
      case 'Table':
        if (!isAlias(value as DrizzleTable)) note(this.found.tables, value as DrizzleTable, path);
        return;
      case 'Schema':
        note(this.found.schemas, value as DrizzleSchema, path);
        return;
      case 'Sequence':
        note(this.found.sequences, value as DrizzleSequence, path);
        return;
      case 'Policy':
        note(this.found.policies, value as DrizzlePolicy, path);
        return;
      case 'Role':
        note(this.found.roles, value as DrizzleRole, path);
        return;
      case 'View':
      case 'MaterializedView':
        this.#noteView(value, path, kind.name === 'MaterializedView');
    }
  }

  #noteView(view: object, path: string, materialized: boolean): void {
    if (this.#views.has(view)) return;
    this.#views.add(view);
    noteView(this.found, view, path, materialized);
  }

  #ownDialect(prefix: string, path: string): void {
    if (prefix === prefixes[this.#dialect]) return;
    const other = dialectWords[prefix] ?? prefix;
    const own = dialectWords[prefixes[this.#dialect]] ?? this.#dialect;
    throw new RevError(
      'REV_SCHEMA',
      `The export ${path} is a model of ${other}, but this project's dialect is ${own}.`,
      {
        hint: `Set \`dialect\` in alembic.config.ts to the models' dialect, or keep the ${other} models out of \`schema\`.`,
        data: { export: path },
      },
    );
  }
}

/** Aliases are no views of their own. Returns what was noted. */
export function noteView(
  found: Collected,
  view: object,
  path: string,
  materialized: boolean,
): DrizzleView | undefined {
  const config = viewConfig(view);
  if (!config || config.isAlias) return undefined;
  const noted = { ...config, materialized };
  (config.isExisting ? found.existingViews : found.views).set(noted, path);
  return noted;
}

/** `PgTable` is a Table of Pg; classes such as `Table` itself and all that is no model give nothing. */
function modelKind(kinds: readonly string[]): { prefix: string; name: string } | undefined {
  for (const kind of kinds) {
    const match = /^([A-Z]\w*?)(Table|MaterializedView|View|Schema|Sequence|Policy|Role)$/.exec(kind);
    if (match?.[1] !== undefined && match[2] !== undefined && match[1] in dialectWords) {
      return { prefix: match[1], name: match[2] };
    }
  }
  return undefined;
}

function note<T>(found: Found<T>, object: T, path: string): void {
  // `default` is the least telling of an object's names (and CommonJS modules repeat all exports below it).
  const known = found.get(object);
  if (known === undefined || known.startsWith('default')) found.set(object, path);
}

/** Members that can be read: an exported object may refuse (a proxy around the environment does). */
function membersOf(object: object): readonly (readonly [string, unknown])[] {
  return Object.keys(object).flatMap((name): [string, unknown][] => {
    try {
      return [[name, (object as Record<string, unknown>)[name]]];
    } catch {
      return [];
    }
  });
}

function isContainer(value: object): boolean {
  if (Array.isArray(value)) return true;
  // An entry of defineRelations() (1.x).
  if ('relations' in value && 'table' in value) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  // Also objects of another realm, and module namespaces.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** Throws REV_SCHEMA if two different objects have one name in the database. */
export function refuseTwins(found: Collected): void {
  refuse(found.tables, (table) => ({ schema: tableSchema(table), name: tableName(table) }), 'tables');
  refuse(found.enums, enumName, 'enums');
  refuse(
    found.sequences,
    (sequence) => ({ schema: sequence.schema ?? null, name: sequence.seqName }),
    'sequences',
  );
  refuse(found.roles, (role) => ({ schema: null, name: role.name }), 'roles');
  refuse(found.views, (view) => ({ schema: view.schema ?? null, name: view.name }), 'views');
}

function refuse<T>(found: Found<T>, nameOf: (object: T) => QualifiedName, what: string): void {
  const seen = new Map<string, string>();
  for (const [object, path] of found) {
    const name = displayName(nameOf(object));
    const other = seen.get(name);
    if (other !== undefined) {
      throw new RevError('REV_SCHEMA', `Two different ${what} are named ${name}: ${other} and ${path}.`, {
        hint: 'Rename one, or export one object from both places.',
        data: { name, exports: [other, path] },
      });
    }
    seen.set(name, path);
  }
}
