import { RevError } from '../errors.js';
import type { Environment } from './environment.js';
import { openProject, type Project } from './project.js';
import { type RevisionView, viewer } from './views.js';

export interface HistoryOptions {
  /** `from:to`, either side may be absent or `current`. */
  readonly range?: string | undefined;
  /** Mark the revisions that the database is at. */
  readonly indicateCurrent?: boolean | undefined;
}

/** The revisions of a range, newest first. A database is asked only for `current`. */
export async function history(
  environment: Environment,
  options: HistoryOptions = {},
): Promise<readonly RevisionView[]> {
  const project = await openProject(environment, { anyDatabase: !asksDatabase(options) });
  return revisionsOf(environment, project, options);
}

/** The same for a project that is open already. */
export async function revisionsOf(
  environment: Environment,
  project: Project,
  options: HistoryOptions,
): Promise<readonly RevisionView[]> {
  const range = parseRange(options.range);
  const rows = asksDatabase(options) ? await askDatabase(environment, project) : undefined;
  return project.graph.history(range, rows ?? []).map(viewer(project, rows));
}

function asksDatabase({ indicateCurrent, range }: HistoryOptions): boolean {
  const { from, to } = parseRange(range);
  return indicateCurrent === true || from === 'current' || to === 'current';
}

function parseRange(range: string | undefined): { from?: string; to?: string } {
  if (range === undefined) return {};
  const parts = range.split(':');
  if (parts.length !== 2) {
    throw new RevError('REV_USAGE', `"${range}" is not a range.`, {
      hint: 'Write from:to, for example -r base:head, -r 1f9a:, -r :current.',
    });
  }
  const [from, to] = parts;
  return { ...(from ? { from } : {}), ...(to ? { to } : {}) };
}

/** A database is loaded only where it is asked. */
async function askDatabase(environment: Environment, { config }: Project): Promise<readonly string[]> {
  const { askRows } = await import('./database.js');
  return askRows(environment, config);
}
