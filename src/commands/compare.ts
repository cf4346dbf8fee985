import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import type { Catalog, QualifiedName, Uncompared } from '../catalog/index.js';
import { displayName, makeCatalog, roleWords } from '../catalog/index.js';
import type { ResolvedConfig } from '../config/config.js';
import { loadModels } from '../config/models.js';
import { roleScope } from '../config/roles.js';
import { tableScope } from '../config/tables.js';
import { diff } from '../diff/diff.js';
import type { RenameCandidate, RenameOptions } from '../diff/renames.js';
import { readModels } from '../drizzle/read-models.js';
import { RevError } from '../errors.js';
import type { Operation } from '../operations/index.js';
import { type Database, readRows } from './database.js';
import type { Environment } from './environment.js';
import type { Project } from './project.js';

export interface Comparison {
  readonly operations: readonly Operation[];
  readonly candidates: readonly RenameCandidate[];
  /** For a person: what the models hold that is not compared, what could only be compared as text. */
  readonly warnings: readonly string[];
  /** What is in the database and is not compared: it is kept as it is. */
  readonly uncompared: readonly string[];
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
  const models = await readProjectModels(config);
  const includes = tableScope(config);
  const schemas = config.schemas ?? namedSchemas(models.catalog);
  const roles = roleScope(
    config,
    models.catalog.roles.map(({ name }) => name),
  );
  const wanted = makeCatalog({
    ...models.catalog,
    tables: models.catalog.tables.filter((table) => includes(table)),
    views: models.catalog.views.filter((view) => includes(view)),
    roles: models.catalog.roles.filter(({ name }) => roles?.(name)),
  });
  const live = await dialect.inspect(driver, { schemas, includes, ...(roles ? { roles } : {}) });
  const { actual, wanted: spelled, unverified } = await dialect.normalize(driver, live, wanted);
  const { operations, candidates } = diff(actual, spelled, dialect.rules, { renames });
  return {
    operations,
    candidates,
    warnings: [
      ...models.warnings,
      ...unmanagedRoles(models.catalog, wanted),
      ...(await missingRoles(database, operations)),
      ...unverified,
      ...endangered(operations, live),
    ],
    uncompared: live.uncompared.map(describeUncompared),
    actual,
    wanted: spelled,
  };
}

async function readProjectModels(config: ResolvedConfig) {
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

/** Policies fail on roles that are not there: better said before they are run. */
async function missingRoles(
  { dialect, driver }: Database,
  operations: readonly Operation[],
): Promise<readonly string[]> {
  const made = new Set(operations.flatMap((each) => (each.kind === 'createRole' ? [each.role.name] : [])));
  const named = operations.flatMap((each) =>
    each.kind === 'createPolicy' || each.kind === 'alterPolicy'
      ? each.policy.roles.map((role) => ({
          role,
          policy: `${each.policy.name} of ${displayName(each.table)}`,
        }))
      : [],
  );
  const wanted = named.filter(({ role }) => !made.has(role) && !roleWords.includes(role));
  const missing = await dialect.missingRoles(driver, [...new Set(wanted.map(({ role }) => role))]);
  return missing.map((name) => {
    const policies = wanted.filter(({ role }) => role === name).map(({ policy }) => policy);
    return `There is no role ${name}, to which the policy ${policies.join(', ')} applies: the revision will fail. Make it first (op.createRole('${name}') at its beginning), or export its pgRole and set \`roles\` in the configuration.`;
  });
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

/** Kinds of things that a table keeps whatever its columns do. */
const ofWholeTable: readonly string[] = [
  ...['clustered index', 'forced row level security', 'partitioning', 'publication', 'replica identity'],
  ...['storage parameters', 'tablespace', 'unlogged table'],
];

/** What no model can say, and stands on a table that loses a column, or on a view that goes: it may go with it. */
function endangered(operations: readonly Operation[], live: Catalog): readonly string[] {
  const dropped = new Map<string, string[]>();
  for (const each of operations) {
    if (each.kind !== 'alterTable') continue;
    const names = each.changes.flatMap((change) => (change.kind === 'dropColumn' ? [change.name] : []));
    const table = displayName(each.table);
    if (names.length > 0) dropped.set(table, [...(dropped.get(table) ?? []), ...names]);
  }
  const views = new Set(
    operations.flatMap((each) => (each.kind === 'dropView' && !each.keep ? [displayName(each.name)] : [])),
  );
  return live.uncompared.flatMap((each) => {
    if (!each.table) return [];
    const [table, line] = [displayName(each.table), describeUncompared(each)];
    if (views.has(table)) return [`${line} goes with the view`];
    const columns = dropped.get(table) ?? [];
    const isWhole = ofWholeTable.includes(each.kind) || each.name.name === each.table.name;
    // `posts.title`: it is about this column, and no other.
    const prefix = `${each.table.name}.`;
    const own = each.name.name.startsWith(prefix) ? each.name.name.slice(prefix.length) : null;
    const goes = own === null ? columns.length > 0 : columns.includes(own);
    return goes && !isWhole ? [`${line} may go with a column that is dropped`] : [];
  });
}

/** One line for each object that is kept and not compared. */
function describeUncompared(each: Uncompared): string {
  return `${each.kind} ${displayName(each.name)}${each.table ? ` on ${displayName(each.table)}` : ''}`;
}

/** A word as a shell would read it back. */
function shellWord(text: string): string {
  return /^[\w./=@:+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
