import { type Catalog, emptyCatalog } from '../catalog/index.js';
import { loadDialect } from '../dialects/load-dialect.js';
import { diff as diffCatalogs } from '../diff/diff.js';
import { RevError } from '../errors.js';
import { apply, describe } from '../operations/index.js';
import { replay } from '../runtime/replay.js';
import { catalogPatch } from './catalog-text.js';
import { compareCatalogs, readProjectModels, scopeOf, withinScope } from './compare.js';
import { type Database, inspect, revisionSources, withDatabase } from './database.js';
import type { Environment } from './environment.js';
import { openProject, type Project } from './project.js';

export interface DiffResult {
  /** One line for each operation that would lead from the first to the second. */
  readonly operations: readonly string[];
  /** A unified diff of SQL; empty where the two are equal. */
  readonly patch: string;
  readonly warnings: readonly string[];
}

interface Side {
  readonly name: string;
  readonly catalog: Catalog;
  readonly warnings: readonly string[];
}

/**
 * What differs between any two of: `models`, `live` (the database), and a revision, by the operations of its history.
 * A database is opened for `live`, and if one is configured also to spell expressions alike.
 * Throws REV_DIFFERENCES if they differ and `exitCode` is set, REV_USAGE for two sides that are one, REV_OFFLINE for a history whose schema cannot be known without a database.
 */
export async function diff(
  environment: Environment,
  from: string,
  to: string,
  { exitCode }: { readonly exitCode?: boolean | undefined } = {},
): Promise<DiffResult> {
  const result = await compareTwo(environment, from, to);
  if (!exitCode || result.operations.length === 0) return result;
  const { operations, patch, warnings } = result;
  throw new RevError('REV_DIFFERENCES', `${from} and ${to} differ: ${operations.length} operation(s).`, {
    hint:
      from === 'models' || to === 'models'
        ? 'rev create -m "…" --autogenerate'
        : 'What is in the database alone: bring it into the models and a revision, or undo it.',
    data: { operations, diff: patch, warnings },
  });
}

async function compareTwo(environment: Environment, from: string, to: string): Promise<DiffResult> {
  if (from === to) {
    throw new RevError('REV_USAGE', `${from} is compared with itself.`, { hint: 'rev diff live models' });
  }
  const project = await openProject(environment, { missing: 'empty' });
  if (from === 'live' || to === 'live' || project.config.url !== undefined) {
    return withDatabase(environment, project.config, { create: false }, (database) =>
      compareSides(environment, project, [from, to], database),
    );
  }
  return compareSides(environment, project, [from, to], null);
}

async function compareSides(
  environment: Environment,
  project: Project,
  names: readonly [string, string],
  database: Database | null,
): Promise<DiffResult> {
  const { config } = project;
  const dialect = await loadDialect(config.dialect);
  const asksModels = names.includes('models') || (names.includes('live') && config.schemas === undefined);
  const models = asksModels ? await readProjectModels(config) : null;
  const scope = scopeOf(config, models?.catalog ?? emptyCatalog(config.dialect));
  const sideOf = async (name: string): Promise<Side> => {
    if (name === 'models' && models) {
      return { name, catalog: withinScope(models.catalog, scope), warnings: models.warnings };
    }
    if (name !== 'live') return historyOf(environment, project, name, (all) => withinScope(all, scope));
    return { name, catalog: await inspect(database as Database, scope), warnings: [] };
  };
  const sides = [await sideOf(names[0]), await sideOf(names[1])] as const;
  // The database's own spelling is the measure, then that of revisions, which autogenerate has taken from a database.
  const [before, after] =
    sides[1].name === 'live' || sides[0].name === 'models' ? [sides[1], sides[0]] : sides;
  const renames = { standing: config.renames, denied: 'all' as const };
  const spelled = database
    ? await compareCatalogs(
        dialect,
        database.driver,
        before.catalog,
        after.catalog,
        renames,
        config.autogenerate,
      )
    : {
        ...diffCatalogs(before.catalog, after.catalog, dialect.rules, { renames }),
        actual: before.catalog,
        unverified: ['No database is configured: expressions are compared as texts.'],
      };
  const { operations } = spelled;
  const reached = apply(operations, spelled.actual);
  const shown = new Map([
    [before.name, spelled.actual],
    [after.name, reached],
  ]);
  const [first, second] = names.map((name) => ({ name, catalog: shown.get(name) ?? reached })) as [
    { name: string; catalog: Catalog },
    { name: string; catalog: Catalog },
  ];
  const forward =
    first.name === before.name
      ? operations
      : diffCatalogs(reached, spelled.actual, dialect.rules, { renames: { denied: 'all' } }).operations;
  return {
    operations: forward.map(describe),
    patch: operations.length === 0 ? '' : catalogPatch(first, second, dialect),
    warnings: [...sides.flatMap(({ warnings }) => warnings), ...spelled.unverified],
  };
}

/** The schema at a revision, from the operations that lead to it. */
async function historyOf(
  environment: Environment,
  project: Project,
  name: string,
  inScope: (catalog: Catalog) => Catalog,
): Promise<Side> {
  const { config, graph } = project;
  const raw = new Set<string>();
  const catalog = await replay(
    {
      dialect: await loadDialect(config.dialect),
      history: graph.planUpgrade([], name),
      revision: revisionSources(project),
      args: environment.args,
      folder: config.folder,
      signal: environment.signal,
    },
    (operation, revision) => {
      if (operation.kind === 'execute') raw.add(revision);
    },
  );
  const warnings = [...raw].map((id) => `Revision ${id} runs SQL of its own: what it makes is not seen here`);
  return { name, catalog: inScope(catalog), warnings };
}
