import { sameData } from '../catalog/index.js';
import { RevError, shellWord } from '../errors.js';
import { countsFromRows } from '../graph/targets.js';
import { askRows } from './database.js';
import type { Environment } from './environment.js';
import { inEachDatabase, openProject } from './project.js';

/**
 * Of several databases a relative target is one place only where all are at the same rows. If a run has ended in the middle
 * of them, the same command again would take those that are done one step too far.
 * @param rerun the command without its target
 * @throws RevError REV_USAGE, and what asking a database throws
 */
export async function assertSameRows(environment: Environment, rerun: string, target: string): Promise<void> {
  if (!countsFromRows(target)) return;
  const project = await openProject(environment, { anyDatabase: true });
  const places: { readonly database: string; readonly rows: readonly string[] }[] = [];
  for (const { config, graph } of await inEachDatabase(environment, project)) {
    const { rows } = graph.normalizeRows(await askRows(environment, config));
    places.push({ database: config.database ?? '', rows: [...rows].sort() });
  }
  const [first] = places;
  if (places.every(({ rows }) => sameData(rows, first?.rows))) return;
  throw new RevError(
    'REV_USAGE',
    [
      `${target} counts from where a database is, and these are not at the same revisions:`,
      ...places.map(({ database, rows }) => `${database}: ${rows.join(', ') || 'base'}`),
    ].join('\n  '),
    {
      hint: [
        'Nothing was run. Name the revision that all of them are to be at, or run it in one of them:',
        `rev ${rerun} ${shellWord(target)} --database ${first?.database}`,
      ].join('\n'),
      data: { target, rows: Object.fromEntries(places.map(({ database, rows }) => [database, rows])) },
    },
  );
}
