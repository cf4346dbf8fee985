import { afterEach, describe, expect, it } from 'vitest';
import { downgrade, upgrade } from '../../src/index.js';
import {
  anotherDatabase,
  type DialectName,
  type KitProject,
  type KitProjectOptions,
  kitProject,
} from '../support/drizzle-kit.js';
import type { OrmLine } from '../support/project.js';

/** A history that drizzle-kit has written goes on as revisions: the same databases, and a way back as well. */

const projects: KitProject[] = [];
afterEach(() => {
  for (const project of projects.splice(0)) project.remove();
});

async function project(
  dialect: DialectName,
  line: OrmLine,
  options: KitProjectOptions = {},
): Promise<KitProject> {
  const made = await kitProject(dialect, line, options);
  projects.push(made);
  return made;
}

interface Imported {
  readonly revisions: readonly {
    readonly id: string;
    readonly down: readonly string[];
    readonly migration: string;
    readonly file: string;
    readonly new: boolean;
    readonly downgrade: boolean | null;
    readonly reason: string | null;
    readonly transactional: boolean | null;
  }[];
  readonly stamped: readonly string[] | null;
}

async function imported({ ok }: KitProject, ...args: string[]): Promise<Imported> {
  return JSON.parse((await ok(['import', 'drizzle', '--json', ...args])).stdout);
}

/** Each revision up, down and up again. In this process, because there are many of them. */
async function thereAndBack(app: KitProject, revisions: Imported['revisions']): Promise<void> {
  const cwd = app.folder;
  for (const { id, down, downgrade: hasWayBack } of revisions) {
    const before = await app.database.catalog();
    await upgrade({ cwd, target: id });
    const after = await app.database.catalog();
    if (!hasWayBack) continue;
    await downgrade({ cwd, target: down.length > 1 ? (down[0] ?? '') : `${id}@-1` });
    expect(await app.database.catalog(), id).toEqual(before);
    await upgrade({ cwd, target: id });
    expect(await app.database.catalog(), id).toEqual(after);
  }
}

describe.each([
  ['sqlite', '0.45'],
  ['sqlite', '1.x'],
  ['postgres', '0.45'],
  ['postgres', '1.x'],
] as const)('a history on %s, of the drizzle-kit beside drizzle-orm %s', (dialect, line) => {
  it("makes the database that drizzle's own migrator makes, and the models agree with it", async () => {
    const app = await project(dialect, line);
    const { revisions } = await imported(app);
    expect(revisions.map(({ migration }) => migration)).toEqual(app.migrations);
    await app.ok(['upgrade', 'head']);
    const other = await anotherDatabase(app);
    await other.migrate(app.path('drizzle'));
    expect(await app.database.catalog()).toEqual(await other.catalog());
    const rows = `select email, full_name from users order by email`;
    expect(await app.database.query(rows)).toEqual(await other.query(rows));
    expect(await app.database.query(rows)).toHaveLength(2);
    expect((await app.ok(['check'])).stderr).toContain('No changes');
  });

  it('has a way back for all but what was written by hand, and each leads where it came from', async () => {
    const app = await project(dialect, line);
    const { revisions } = await imported(app);
    const without = revisions.filter(({ downgrade }) => !downgrade);
    expect(without.map(({ migration }) => migration.replace(/^\d+_/, ''))).toEqual(['seed']);
    expect(without[0]?.reason).toContain('written by hand');
    await thereAndBack(app, revisions);
    const refused = await app.rev(['downgrade', 'base', '--yes']);
    expect(refused.code).toBe(4);
    expect(refused.stderr).toContain('REV_IRREVERSIBLE');
  });

  it('has a way back through renames, and where one thing has taken the place of another', async () => {
    const app = await project(dialect, line, { history: 'renames' });
    const { revisions } = await imported(app);
    expect(revisions.map(({ reason }) => reason)).toEqual(revisions.map(() => null));
    await thereAndBack(app, revisions);
    expect((await app.ok(['check'])).stderr).toContain('No changes');
    await downgrade({ cwd: app.folder, target: 'base' });
    expect((await app.database.catalog()).tables).toEqual([]);
  });
});

describe.each([
  ['sqlite', '0.45'],
  ['sqlite', '1.x'],
  ['postgres', '0.45'],
  ['postgres', '1.x'],
] as const)("a database of drizzle's own migrator, on %s and drizzle-orm %s", (dialect, line) => {
  it('is stamped with all that has run, and nothing runs again', async () => {
    const app = await project(dialect, line);
    await app.database.migrate(app.path('drizzle'));
    const before = await app.database.catalog();
    const { revisions, stamped } = await imported(app, '--stamp');
    expect(stamped).toEqual([revisions.at(-1)?.id]);
    expect((await app.ok(['upgrade', 'head'])).stderr).toContain('Nothing to do');
    expect((await app.ok(['check'])).stderr).toContain('No changes');
    expect(await app.database.catalog()).toEqual(before);
  });

  it('is stamped where it stands, and gets the rest', async () => {
    const app = await project(dialect, line);
    await app.database.migrate(app.path('drizzle'), 3);
    const { revisions, stamped } = await imported(app);
    expect(stamped).toBeNull();
    expect((await app.ok(['current'])).stdout).toBe('');
    const again = await imported(app, '--stamp');
    expect(again.revisions.filter((revision) => revision.new)).toEqual([]);
    expect(again.stamped).toEqual([revisions[2]?.id]);
    expect((await app.ok(['current'])).stdout).toContain(revisions[2]?.id);
    const { steps } = JSON.parse((await app.ok(['upgrade', 'head', '--json'])).stdout);
    expect(steps.map(({ revision }: { revision: string }) => revision)).toEqual(
      revisions.slice(3).map(({ id }) => id),
    );
    expect((await app.ok(['check'])).stderr).toContain('No changes');
    // A stamp is not taken back by a later one: the books of drizzle stay where they were.
    expect((await imported(app, '--stamp')).stamped).toEqual([]);
    expect((await app.ok(['current'])).stdout).toContain(revisions.at(-1)?.id);
  });
});
