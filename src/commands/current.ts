import { sameData } from '../catalog/index.js';
import { RevError } from '../errors.js';
import { askRows } from './database.js';
import type { Environment } from './environment.js';
import { openProject } from './project.js';
import { type RevisionView, viewer } from './views.js';

export interface CurrentOptions {
  /** Throw REV_NOT_AT_HEAD if the database is not at all heads. */
  readonly checkHeads?: boolean | undefined;
}

export interface CurrentResult {
  readonly revisions: readonly RevisionView[];
  /** Whether the rows are exactly the heads. */
  readonly atHead: boolean;
}

/** The heads that the database is at. Makes no table. */
export async function current(
  environment: Environment,
  options: CurrentOptions = {},
): Promise<CurrentResult> {
  const project = await openProject(environment);
  const rows = await askRows(environment, project.config);
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
  return { revisions, atHead };
}
