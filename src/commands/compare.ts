import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import type { Catalog, QualifiedName } from '../catalog/index.js';
import { displayName, emptyCatalog, makeCatalog, sameData, sameName } from '../catalog/index.js';
import type { ResolvedConfig } from '../config/config.js';
import { loadModels } from '../config/models.js';
import { roleScope } from '../config/roles.js';
import { tableScope } from '../config/tables.js';
import type { Dialect, Driver, Scope } from '../dialects/dialect.js';
import { diffRenamed } from '../diff/diff.js';
import { type Blocked, describeUncompared } from '../diff/live-only.js';
import { type AutogenerateHooks, rewritten, withEqualColumns } from '../diff/overrides.js';
import type { RenameCandidate } from '../diff/rename-candidates.js';
import { type RenameOptions, renamedSchemas, resolveRenames } from '../diff/renames.js';
import { readModels } from '../drizzle/read-models.js';
import { RevError, shellWord } from '../errors.js';
import { apply, invert, type Operation } from '../operations/index.js';
import { type Database, inspect, readRows } from './database.js';
import type { Environment } from './environment.js';
import { whatIsMissing } from './prerequisites.js';
import type { Project } from './project.js';

export interface Comparison {
  readonly operations: readonly Operation[];
  readonly candidates: readonly RenameCandidate[];
  /** For a person: what the models hold that is not compared, what could only be compared as text. */
  readonly warnings: readonly string[];
  /** What is in the database and is not compared: it is kept as it is. */
  readonly uncompared: readonly string[];
  /** What no model can say and stands on columns that would go. */
  readonly blocked: readonly Blocked[];
  readonly actual: Catalog;
  readonly wanted: Catalog;
}

/** Compares the models with the live database. Throws REV_SCHEMA, REV_NAME, REV_BEHIND_HEAD. */
export async function compare(
  { config, graph }: Pick<Project, 'config' | 'graph'>,
  database: Database,
  renames: RenameOptions,
): Promise<Comparison> {
  const { dialect, driver } = database;
  await assertAtHead(config, graph, database);
  // The server reads its catalogue while the models are loaded here. They may name further schemas and roles.
  const likely = scopeOf(config, emptyCatalog(config.dialect));
  const [models, seen] = await Promise.all([readProjectModels(config), inspect(database, likely)]);
  const scope = scopeOf(config, models.catalog);
  const wanted = withinScope(models.catalog, scope);
  const isSeen = sameData(scope.schemas, likely.schemas) && !scope.roles;
  const live = await withRenamed(database, scope, renames, isSeen ? seen : undefined);
  const { operations, candidates, along, unverified, actual, spelled } = await compareCatalogs(
    dialect,
    driver,
    live,
    wanted,
    renames,
    config.autogenerate,
  );
  return {
    operations,
    candidates,
    warnings: [
      ...models.warnings,
      ...unmanagedRoles(models.catalog, wanted),
      ...(await whatIsMissing(database, operations)),
      ...unverified,
      ...along.lines,
      ...goesWithViews(operations, live),
    ],
    blocked: along.blocked,
    uncompared: live.uncompared.map(describeUncompared),
    actual,
    wanted: spelled,
  };
}

/** What is compared: as the configuration says, else what the models name. */
export function scopeOf(
  config: ResolvedConfig,
  models: Catalog,
): Scope & { readonly schemas: readonly string[] } {
  const roles = roleScope(
    config,
    models.roles.map(({ name }) => name),
  );
  return {
    schemas: config.schemas ?? namedSchemas(models),
    includes: tableScope(config),
    ...(roles ? { roles } : {}),
  };
}

export function withinScope(catalog: Catalog, { includes, roles }: Scope): Catalog {
  return makeCatalog({
    ...catalog,
    tables: catalog.tables.filter((table) => includes(table)),
    views: catalog.views.filter((view) => includes(view)),
    roles: catalog.roles.filter(({ name }) => roles?.(name)),
  });
}

/** What makes the live catalog into the wanted one; said renames first, so that all else is compared in new names. */
export async function compareCatalogs(
  dialect: Dialect,
  driver: Driver,
  live: Catalog,
  wanted: Catalog,
  options: RenameOptions,
  hooks: AutogenerateHooks = {},
) {
  const ours = withoutTablesOfOthers(wanted, live);
  const renames = resolveRenames(live, ours.catalog, dialect.rules, options);
  const normalized = await dialect.normalize(driver, apply(renames, live), ours.catalog, live);
  const spelled = withEqualColumns(normalized.actual, normalized.wanted, dialect.rules, hooks);
  const found = diffRenamed(normalized.actual, spelled, dialect.rules, {
    renames,
    denied: options.denied ?? [],
  });
  const actual = apply(invert(renames) ?? [], normalized.actual);
  return {
    ...found,
    // While it is open what was renamed, there is nothing to rewrite yet.
    operations:
      found.candidates.length > 0 ? found.operations : rewritten(found.operations, actual, spelled, hooks),
    unverified: [...normalized.unverified, ...ours.warnings, ...spared(normalized.actual, spelled)],
    actual,
    spelled,
  };
}

/** What the models may hold and the database has in a way that no model says, by its kind there. */
const reasons: Readonly<Record<string, string>> = {
  'table of extension': 'It belongs to an extension.',
  'view of extension': 'It belongs to an extension.',
  'foreign table': 'In the database it is a foreign table: change it in a revision of your own.',
  'inheriting table': 'In the database it inherits from another table: change it in a revision of your own.',
  partition: 'In the database it is a partition: change it in a revision of your own.',
};

/** Models that were drawn from a database may hold such tables, as `spatial_ref_sys`: they are there already. */
function withoutTablesOfOthers(wanted: Catalog, live: Catalog) {
  const reasonOf = (each: QualifiedName) =>
    live.uncompared.flatMap(({ kind, name }) => (sameName(name, each) ? (reasons[kind] ?? []) : []))[0];
  const isOurs = (each: QualifiedName) => reasonOf(each) === undefined;
  return {
    catalog: makeCatalog({
      ...wanted,
      tables: wanted.tables.filter(isOurs),
      views: wanted.views.filter(isOurs),
    }),
    warnings: [...wanted.tables, ...wanted.views].flatMap((each) => {
      const reason = reasonOf(each);
      return reason === undefined ? [] : [`Not compared: ${displayName(each)}. ${reason}`];
    }),
  };
}

/** What would be dropped if no table outside of the comparison had it, in one line. */
function spared(actual: Catalog, wanted: Catalog): readonly string[] {
  const lines = (['enum', 'sequence'] as const).flatMap((kind) =>
    actual[`${kind}s`]
      .filter((each) => each.usedElsewhere && !wanted[`${kind}s`].some((other) => sameName(other, each)))
      .map((each) => `${kind} ${displayName(each)}`),
  );
  return lines.length === 0
    ? []
    : [`Not dropped: ${lines.join(', ')}. Tables that are not compared use what no model has.`];
}

/** A schema that gets another name is looked at by its old one, which the models do not know any more. */
async function withRenamed(
  database: Database,
  scope: Scope & { readonly schemas: readonly string[] },
  renames: RenameOptions,
  seen: Catalog | undefined,
): Promise<Catalog> {
  const live = seen ?? (await inspect(database, scope));
  const left = renamedSchemas(renames, scope.schemas).filter(({ to }) => !live.schemas.includes(to));
  if (left.length === 0) return live;
  return inspect(database, { ...scope, schemas: [...scope.schemas, ...left.map(({ from }) => from)] });
}

/** What the models say, and what they hold that is not compared. Throws REV_SCHEMA, REV_NAME. */
export async function readProjectModels(config: ResolvedConfig) {
  const modules = await loadModels(config);
  const anchor = modules[0]?.file ?? config.file;
  const core = await importFrom(
    `drizzle-orm/${config.dialect === 'postgres' ? 'pg' : 'sqlite'}-core`,
    anchor,
  );
  return readModels(
    modules.map((module) => module.exports),
    { dialect: config.dialect, core, ...(config.casing === undefined ? {} : { casing: config.casing }) },
  );
}

/** The user's own copy of a package, as their module would import it. Throws REV_DRIVER_MISSING. */
async function importFrom(specifier: string, file: string): Promise<unknown> {
  try {
    const path = createRequire(file).resolve(specifier);
    // drizzle-orm lays an ES module beside each CommonJS one; the ES one is what the models have loaded already.
    return await import(pathToFileURL(path.replace(/\.cjs$/, '.js')).href);
  } catch (cause) {
    throw new RevError('REV_DRIVER_MISSING', `${specifier} cannot be loaded from ${file}.`, {
      hint: 'npm install drizzle-orm',
      cause,
    });
  }
}

async function assertAtHead(
  config: ResolvedConfig,
  graph: Project['graph'],
  database: Database,
): Promise<void> {
  const rows = await readRows(database, config);
  const missing = graph.realHeads().filter((head) => !graph.normalizeRows(rows).rows.includes(head));
  if (missing.length === 0) return;
  throw new RevError('REV_BEHIND_HEAD', `The database is not at head: ${missing.join(', ')} not applied.`, {
    hint: 'Models are compared with a database that has every revision:\n  rev upgrade heads',
    data: { rows, missing },
  });
}

/** Those that are compared where the configuration names none. */
function namedSchemas(catalog: Catalog): readonly string[] {
  const all = [...catalog.tables, ...catalog.enums, ...catalog.sequences, ...catalog.views];
  const names = all.flatMap((each: QualifiedName) => (each.schema === null ? [] : [each.schema]));
  return [...new Set([...catalog.schemas, ...names])];
}

/** Roles of the models that are left to others, in one line. */
function unmanagedRoles(models: Catalog, wanted: Catalog): readonly string[] {
  const names = models.roles.map(({ name }) => name);
  const left = names.filter((name) => !wanted.roles.some((role) => role.name === name));
  if (left.length === 0) return [];
  return [
    `Not compared: role ${left.join(', ')}. Roles belong to the whole cluster: set \`roles\` in the configuration to have rev make and change them, or declare them \`.existing()\`.`,
  ];
}

/** Asks about each candidate, or says which flags answer. Returns the renames that it came to. */
export async function decideRenames(
  environment: Environment,
  candidates: readonly RenameCandidate[],
): Promise<{ readonly said: readonly string[]; readonly denied: readonly string[] }> {
  const said: string[] = [];
  const denied: string[] = [];
  for (const candidate of candidates) {
    if (!environment.ask) throw ambiguous(candidates);
    if (await environment.ask.isRename(candidate)) said.push(`${candidate.from}=${candidate.to}`);
    else denied.push(candidate.from);
  }
  return { said, denied };
}

function ambiguous(candidates: readonly RenameCandidate[]): RevError {
  const what = candidates
    .map(({ kind, from, to }) => `${kind} ${from} was dropped and ${to} was added, much like it`)
    .join('; ');
  const flags = (flag: (candidate: RenameCandidate) => string) => candidates.map(flag).join(' ');
  return new RevError('REV_AMBIGUOUS_RENAME', `${what}.`, {
    hint: [
      'Say which it is:',
      `  rev create -m "…" --autogenerate ${flags(({ from, to }) => `--rename ${shellWord(`${from}=${to}`)}`)}`,
      `  rev create -m "…" --autogenerate ${flags(({ from }) => `--no-rename ${shellWord(from)}`)}`,
    ].join('\n'),
    data: { candidates: candidates.map(({ kind, from, to }) => ({ kind, from, to })) },
  });
}

/** What stands on a view that leaves, and no model can say: it goes along. */
function goesWithViews(operations: readonly Operation[], live: Catalog): readonly string[] {
  const views = new Set(
    operations.flatMap((each) => (each.kind === 'dropView' && !each.keep ? [displayName(each.name)] : [])),
  );
  return live.uncompared.flatMap((each) =>
    each.table && views.has(displayName(each.table))
      ? [`${describeUncompared(each)} goes with the view, and downgrade does not bring it back`]
      : [],
  );
}
