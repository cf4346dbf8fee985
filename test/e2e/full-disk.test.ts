import { statSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Dialect } from '../../src/dialects/dialect.js';
import { postgres } from '../../src/dialects/postgres/index.js';
import { sqlite } from '../../src/dialects/sqlite/index.js';
import { databaseState } from '../support/database-state.js';
import { faultProject } from '../support/fault-project.js';
import { revOnFullDisk } from '../support/full-disk.js';
import { freshDatabase } from '../support/postgres.js';
import { start } from '../support/postgres-server.js';
import type { UserProject } from '../support/project.js';

/**
 * A disk that is full in the middle of a revision: the error says what to do, nothing is half done that the next run
 * does not know of, and once there is room the same command ends where an undisturbed one would have.
 */

/** Rows, by the way that each dialect counts. */
const numbers = {
  sqlite: (count: number) =>
    `(with recursive g(i) as (select 1 union all select i + 1 from g where i < ${count}) select i from g)`,
  postgres: (count: number) => `(select generate_series(1, ${count}) as i)`,
};

/** Revision a1 makes a table with so many rows of some 500 bytes, b1 fills the disk. */
function projectWith(name: keyof typeof numbers, rows: number, filler: string): UserProject {
  const project = faultProject(name, '', []);
  onTestFinished(() => project.remove());
  const source = `${numbers[name](rows)} as g`;
  project.write(
    'revisions/a1.mjs',
    `import { column, primaryKey } from 'drizzle-alembic';
     export const revision = 'a1'; export const downRevision = null;
     export async function upgrade(op) {
       await op.createTable('t', [
         column('id', 'integer', { nullable: false }), column('n', 'integer'), column('x', 'text'), primaryKey(['id']),
       ]);
       await op.execute("insert into t select i, 0, '${'x'.repeat(500)}' from ${source}");
       await op.execute('create table ran (step text)');
     }`,
  );
  project.write('revisions/b1.mjs', filler.replaceAll('ROWS', source));
  return project;
}

const head =
  "import { sql } from 'drizzle-alembic'; export const revision = 'b1'; export const downRevision = 'a1';";

const fillers = {
  'ordinary statements': `${head}
    export async function upgrade(op) {
      await op.execute("insert into ran values ('b1')");
      await op.execute("update t set n = n + 1");
      await op.execute("insert into t select i + 1000000, 1, '${'y'.repeat(500)}' from ROWS");
    }`,
  'a table that is written anew': `${head}
    export async function upgrade(op) {
      await op.execute("insert into ran values ('b1')");
      await op.alterColumn('t', 'n', { type: 'bigint' });
    }`,
  'a backfill': `${head} export const transactional = false;
    export async function upgrade(op) {
      await op.execute("insert into ran values ('b1')");
      await op.backfill({ table: 't', set: { n: sql\`n + 1\`, x: sql\`x || x || x\` }, batchSize: 200 });
    }`,
};

async function stateOf(dialect: Dialect, url: string) {
  const driver = await dialect.connect({ url, from: process.cwd() });
  try {
    return await databaseState(dialect, driver);
  } finally {
    await driver.close();
  }
}

interface Status {
  readonly revisions: readonly { readonly revision: string; readonly state: string }[];
}

/** What holds after the disk was full, and after there is room. */
async function expectGoesOn(
  project: UserProject,
  dialect: Dialect,
  { full, url, calm }: { full: { code: number; stderr: string }; url: string; calm: string },
  kind: string,
): Promise<void> {
  expect(full.code, full.stderr).toBe(1);
  expect(full.stderr).toMatch(/^error REV_REVISION_FAILED: /m);
  expect(full.stderr).toMatch(/disk/);
  expect(full.stderr).toMatch(/make room|free disk space/i);
  expect(full.stderr).not.toMatch(/^\s+at /m);
  expect(full.stderr).not.toContain('Mend its file');
  const before = await stateOf(dialect, url);
  expect(before.versions).toEqual(['a1']);
  if (kind === 'a backfill') expect(full.stderr).toMatch(/goes on from there/);
  else {
    expect(before.rows.ran).toEqual([]);
    expect(before.half).toEqual([]);
    expect(full.stderr).toMatch(/rolled back/);
  }
  const status = JSON.parse((await project.ok(['status', '--json'], { TEST_URL: url })).stdout) as Status;
  expect(status.revisions.map(({ revision, state }) => [revision, state])).toEqual([
    ['a1', 'applied'],
    ['b1', kind === 'a backfill' ? 'half' : 'pending'],
  ]);
  await project.ok(['upgrade', 'head'], { TEST_URL: url });
  await project.ok(['upgrade', 'head'], { TEST_URL: calm });
  expect(await stateOf(dialect, url)).toEqual(await stateOf(dialect, calm));
}

const kinds = Object.entries(fillers);

describe('a full disk', () => {
  it.each(kinds)('of an SQLite file: %s', { timeout: 300_000 }, async (kind, filler) => {
    const project = projectWith('sqlite', 2000, filler);
    const [url, calm] = [project.path('full.db'), project.path('calm.db')];
    for (const TEST_URL of [url, calm]) await project.ok(['upgrade', 'a1'], { TEST_URL });
    const kilobytes = Math.ceil(statSync(url).size / 1024) + 200;
    const full = await revOnFullDisk(project, kilobytes, ['upgrade', 'head'], { TEST_URL: url });
    await expectGoesOn(project, sqlite, { full, url, calm }, kind);
  });

  it.each(kinds)('of a PostgreSQL: %s', { timeout: 300_000 }, async (kind, filler) => {
    // A file of the write-ahead log has 16 MB.
    const longestFile = 20 * 1024;
    const server = await start({ settings: { synchronous_commit: 'on' } });
    onTestFinished(() => server.stop());
    const project = projectWith('postgres', 37_000, filler);
    const [url, calm] = [(await freshDatabase(server.url)).url, (await freshDatabase(server.url)).url];
    for (const TEST_URL of [url, calm]) await project.ok(['upgrade', 'a1'], { TEST_URL });
    await server.restart({ settings: { synchronous_commit: 'on' }, longestFile });
    const full = await project.rev(['upgrade', 'head'], { TEST_URL: url });
    await server.restart({ settings: { synchronous_commit: 'on' } });
    await expectGoesOn(project, postgres, { full, url, calm }, kind);
  });
});
