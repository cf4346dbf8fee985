import { sameData } from '../catalog/index.js';
import type { ResolvedConfig } from '../config/config.js';
import { RevError } from '../errors.js';
import { finishing, halfText, warnOfHalfRuns } from '../runtime/half-runs.js';
import type { HalfRun } from '../runtime/journal.js';
import { journalOf, readRows, withDatabase } from './database.js';
import type { Environment } from './environment.js';
import { openProject } from './project.js';
import { type RevisionView, viewer } from './views.js';

export interface CurrentOptions {
  /** Throw REV_NOT_AT_HEAD if the database is not at all heads, or half taken down from one. */
  readonly checkHeads?: boolean | undefined;
}

export interface CurrentResult {
  readonly revisions: readonly RevisionView[];
  /** Whether the rows are exactly the heads, and none of them is half taken down. */
  readonly atHead: boolean;
}

/** The heads that the database is at. Makes no table. */
export async function current(
  environment: Environment,
  options: CurrentOptions = {},
): Promise<CurrentResult> {
  const project = await openProject(environment);
  const { rows, half } = await ask(environment, project.config);
  const normalized = project.graph.normalizeRows(rows);
  if (normalized.dropped.length > 0) {
    environment.report({
      kind: 'warning',
      text: `The version table holds ${normalized.dropped.join(', ')} although a later revision implies it; the next run removes it.`,
    });
  }
  const revisions = project.graph.current(rows).map(viewer(project, normalized.rows));
  const missing = project.graph.realHeads().filter((head) => !normalized.rows.includes(head));
  const atHead = sameData([...normalized.rows].sort(), project.graph.realHeads().sort());
  if (options.checkHeads && !atHead) {
    throw new RevError('REV_NOT_AT_HEAD', `The database is not at head: ${missing.join(', ')} not applied.`, {
      hint: 'rev upgrade heads',
      data: { rows: normalized.rows, missing },
    });
  }
  // It counts as applied until all of it is taken down.
  const gone = half.find((run) => run.direction === 'downgrade' && normalized.rows.includes(run.revision));
  if (gone && options.checkHeads) {
    throw new RevError('REV_NOT_AT_HEAD', `The database is not at head. ${halfText(gone)}.`, {
      hint: finishing(gone),
      data: { rows: normalized.rows, missing: [gone.revision] },
    });
  }
  if (gone) warnOfHalfRuns([gone], environment.report);
  return { revisions, atHead: atHead && !gone };
}

function ask(
  environment: Environment,
  config: ResolvedConfig,
): Promise<{ readonly rows: readonly string[]; readonly half: readonly HalfRun[] }> {
  return withDatabase(environment, config, { create: false }, async (database) => {
    const journal = await journalOf(database, config);
    const rows = await readRows(database, config);
    return { rows, half: await database.reading(() => journal.halfRuns(database.driver)) };
  });
}
