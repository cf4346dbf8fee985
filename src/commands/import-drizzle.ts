import { dirname, relative, resolve } from 'node:path';
import { displayName, type QualifiedName } from '../catalog/index.js';
import { deriveWaysBack, findKit } from '../drizzle/kit/derive.js';
import type { KitHistory } from '../drizzle/kit/history.js';
import { readKitFolder } from '../drizzle/kit/read-folder.js';
import { RevError } from '../errors.js';
import { RevisionGraph } from '../graph/graph.js';
import { runHooks } from '../revisions/hooks.js';
import { writeRevisions } from '../revisions/write.js';
import { withDatabase } from './database.js';
import { appliedMigrations, readBooks, tipsOf } from './drizzle-books.js';
import { type DrizzleKitSettings, findDrizzleConfig, readDrizzleConfig } from './drizzle-config.js';
import type { Environment } from './environment.js';
import {
  type ImportedRevision,
  importedRevisions,
  type RenderedImport,
  renderImport,
} from './imported-revisions.js';
import { openProject, type Project } from './project.js';
import { runTarget } from './run-target.js';

export interface ImportOptions {
  /** The folder of migrations; default: `out` of drizzle.config.ts, or `./drizzle`. */
  readonly folder?: string | undefined;
  /** Say in the database what drizzle's migrator has run of it. */
  readonly stamp?: boolean | undefined;
  /** Write nothing, neither files nor rows. */
  readonly dryRun?: boolean | undefined;
}

export interface ImportResult {
  readonly folder: string;
  readonly format: KitHistory['format'];
  /** All migrations, oldest first. */
  readonly revisions: readonly ImportView[];
  readonly written: boolean;
  /** The revisions that the database was stamped with (a dry run: would be), or null: it was not asked for. */
  readonly stamped: readonly string[] | null;
  /** Whether the database was at what drizzle has run already. */
  readonly isCurrent: boolean;
  readonly warnings: readonly string[];
  readonly next: readonly string[];
}

export interface ImportView {
  readonly id: string;
  readonly down: readonly string[];
  /** drizzle-kit's name of it. */
  readonly migration: string;
  readonly message: string;
  readonly file: string;
  /** null: it is a revision already. */
  readonly rendered: RenderedImport | null;
}

/**
 * Turns the migrations of a drizzle-kit project into revisions, and stamps a database that drizzle's migrator has
 * brought up with those that it has run. Nothing is run. What was imported before is left alone.
 * @throws RevError REV_IMPORT, REV_EXISTS (revisions that are not of this folder), REV_UNWRITABLE, REV_HOOK
 */
export async function importDrizzle(environment: Environment, options: ImportOptions): Promise<ImportResult> {
  const project = await openProject(environment, { missing: 'empty' });
  const { config } = project;
  const kitConfig = findDrizzleConfig(config.folder) ?? findDrizzleConfig(environment.cwd);
  const kitFolder = kitConfig ? dirname(kitConfig) : config.folder;
  const settings = kitConfig ? await readSettings(environment, kitConfig) : {};
  const folder =
    options.folder === undefined
      ? resolve(kitFolder, settings.out ?? './drizzle')
      : resolve(environment.cwd, options.folder);
  const history = readKitFolder(folder);
  assertSameDialect(history, project);
  const imported = importedRevisions(history, config);
  const fresh = imported.filter(({ id }) => !project.graph.has(id));
  if (fresh.length > 0) refuseOthers(project, imported, folder);
  const nodes = fresh.map(({ id, down, migration: { when }, fileName }) => {
    const created = new Date(when).toISOString();
    return { id, down, labels: [], depends: [], created, source: fileName };
  });
  RevisionGraph.of([...project.files.values(), ...nodes]);
  const table = booksTable(settings);
  // Asked first: whoever wants a stamp that cannot be made should not be left with half of it.
  const applied = options.stamp ? await askBooks(environment, project, history, table) : null;
  const kit = findKit(kitFolder, config.dialect) ?? findKit(config.folder, config.dialect);
  const ways = await deriveWaysBack(
    history,
    fresh.map(({ migration }) => migration),
    { kit, folder: kitFolder },
  );
  const rendered = new Map(
    fresh.map((revision) => {
      const way = ways.get(revision.migration.name) ?? { kind: 'unknown', why: 'drizzle-kit gave no answer' };
      return [revision.id, renderImport(revision, way, config)];
    }),
  );
  const isWritten = !options.dryRun && fresh.length > 0;
  if (isWritten) writeAll(environment, project, fresh, rendered);
  const targets = applied ? idsOf(imported, tipsOf(history, applied.names)) : [];
  const stamped = options.dryRun ? targets : await stampMissing(environment, targets);
  return {
    folder,
    format: history.format,
    revisions: imported.map(({ id, down, migration, fileName }) => ({
      id,
      down,
      migration: migration.name,
      message: migration.message,
      file: project.files.get(id)?.file ?? resolve(config.revisions[0] ?? '', fileName),
      rendered: rendered.get(id) ?? null,
    })),
    written: isWritten,
    stamped: applied ? stamped : null,
    isCurrent: targets.length > 0 && stamped.length === 0,
    warnings: applied?.warnings ?? [],
    next: nextSteps(environment, { project, settings, table, options, folder }),
  };
}

/** drizzle.config.ts often throws where an environment variable is missing; the folder is what matters. */
async function readSettings(environment: Environment, file: string): Promise<DrizzleKitSettings> {
  try {
    return await readDrizzleConfig(file);
  } catch (error) {
    if (!(error instanceof RevError)) throw error;
    environment.report({ kind: 'warning', text: `Nothing is taken from ${file}: ${error.message}` });
    return {};
  }
}

function assertSameDialect({ dialect, folder }: KitHistory, { config }: Project): void {
  if (dialect === config.dialect) return;
  throw new RevError(
    'REV_IMPORT',
    `The migrations in ${folder} are for ${dialect}, and ${config.file} says ${config.dialect}.`,
    {
      hint: `Name the folder that belongs to the project, or set dialect: '${dialect}'.`,
      data: { folder, dialect },
    },
  );
}

/** Imported revisions come first in a history: there is nothing that they could follow. */
function refuseOthers({ files }: Project, imported: readonly ImportedRevision[], folder: string): void {
  const known = new Set(imported.map(({ id }) => id));
  const others = [...files.values()].filter(({ id }) => !known.has(id));
  const [other] = others;
  if (!other) return;
  const again = others.length < files.size;
  throw new RevError(
    'REV_EXISTS',
    again
      ? `${folder} has migrations that are not imported, and there are revisions of another origin already: ${other.file}.`
      : `There are revisions already that are not of ${folder}: ${other.file}.`,
    {
      hint: again
        ? 'Nothing was written. Write further changes with `rev create -m "…" --autogenerate`, not with drizzle-kit. A migration that was edited since it was imported counts as another one.'
        : 'Nothing was written. Import before anything else: move these revisions away, import, and let the first of them revise the last imported one (downRevision).',
      data: { files: others.map(({ file }) => file) },
    },
  );
}

/** Where drizzle's migrator keeps its books: its defaults, or what drizzle.config.ts says. */
function booksTable({ migrations }: DrizzleKitSettings): QualifiedName {
  return { schema: migrations?.schema ?? 'drizzle', name: migrations?.table ?? '__drizzle_migrations' };
}

async function askBooks(
  environment: Environment,
  { config }: Project,
  history: KitHistory,
  table: QualifiedName,
): Promise<ReturnType<typeof appliedMigrations>> {
  return withDatabase(environment, config, { create: false }, async (database) => {
    const name = database.dialect.capabilities.schemas ? table : { ...table, schema: null };
    const rows = await readBooks(database, name);
    if (rows && rows.length > 0) return appliedMigrations(history, rows, name);
    const warning = [
      `${rows ? `${displayName(name)} is empty` : `The database has no table ${displayName(name)}`}: drizzle's migrator has run nothing there, and nothing is stamped.`,
      'If its schema was made in another way, such as `drizzle-kit push`, say which revision it is at: rev stamp REVISION',
    ].join('\n  ');
    return { names: new Set<string>(), warnings: [warning] };
  });
}

function writeAll(
  environment: Environment,
  { config }: Project,
  fresh: readonly ImportedRevision[],
  rendered: ReadonlyMap<string, RenderedImport>,
): void {
  const files = writeRevisions(
    config.revisions[0] ?? '',
    fresh.map(({ id, fileName }) => ({ name: fileName, text: rendered.get(id)?.source ?? '' })),
  );
  if (config.hooks.length === 0) return;
  for (const file of files) {
    for (const text of runHooks(config.hooks, file, config.folder)) {
      if (text !== '') environment.report({ kind: 'hook', text });
    }
  }
}

function idsOf(imported: readonly ImportedRevision[], names: readonly string[]): readonly string[] {
  return imported.flatMap(({ id, migration }) => (names.includes(migration.name) ? [id] : []));
}

/** A stamp forgets what stands above it, so only what is not applied yet is stamped. Returns that. */
async function stampMissing(
  environment: Environment,
  targets: readonly string[],
): Promise<readonly string[]> {
  if (targets.length === 0) return [];
  let missing: readonly string[] = [];
  // The steps are told in the end, with the files that they are about.
  const report: Environment['report'] = (event) => {
    if (event.kind !== 'stepStarted' && event.kind !== 'stepDone') environment.report(event);
  };
  await runTarget(
    { ...environment, report },
    ({ graph }, rows) => {
      missing = targets.filter((id) => graph.planUpgrade(rows, id).steps.length > 0);
      return missing.length === 0 ? { steps: [], rows, dropped: [] } : graph.planStamp(rows, missing);
    },
    { from: 'base', title: 'rev import drizzle --stamp' },
  );
  return missing;
}

function nextSteps(
  { cwd }: Environment,
  {
    project: { config },
    settings,
    table,
    options,
    folder,
  }: {
    readonly project: Project;
    readonly settings: DrizzleKitSettings;
    readonly table: QualifiedName;
    readonly options: ImportOptions;
    readonly folder: string;
  },
): readonly string[] {
  if (options.dryRun) return [];
  const again = options.folder === undefined ? '' : ` ${relative(cwd, folder) || '.'}`;
  return [
    ...(settings.migrations?.table && (config.dialect === 'sqlite' || settings.migrations.schema)
      ? [
          `exclude: ['${table.name}'] in ${relative(cwd, config.file)}: autogenerate would drop drizzle's own table`,
        ]
      : []),
    ...(options.stamp
      ? []
      : [`rev import drizzle${again} --stamp    for each database that drizzle has migrated`]),
    'rev upgrade head                 an empty database gets everything, a stamped one the rest',
    'rev check                        models and database agree?',
  ];
}
