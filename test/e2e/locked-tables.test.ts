import { describe, expect, it } from 'vitest';
import { freshDatabase, type TestDatabase } from '../support/postgres.js';
import type { UserProject } from '../support/project.js';
import { config, revision, sqliteProject } from '../support/refusals.js';

/** Commands that only read, while another session has the version table or the journal: they wait, but not for ever. */

async function given(more: object = {}): Promise<{ made: UserProject; database: TestDatabase }> {
  const made = sqliteProject();
  const database = await freshDatabase();
  config(made, {
    ...{ dialect: 'postgres', url: database.url, schema: './schema' },
    ...{ lockTimeout: 1500, lockRetries: 0, ...more },
  });
  revision(made, { id: 'aaaa11112222', upgrade: '' });
  await made.ok(['upgrade', 'head']);
  return { made, database };
}

const commands = [
  ['status'],
  ['current'],
  ['history', '--indicate-current'],
  ['show', 'current'],
  ['check'],
  ['create', '-m', 'x', '--autogenerate'],
  ['doctor'],
  ['doctor', '--fix'],
];

describe('a version table that another session has locked', () => {
  it('is an error of every command that reads it, and names who holds it', async () => {
    const { made, database } = await given();
    await database.sql('begin; lock table alembic_version in access exclusive mode');
    const [row] = await database.sql('select pg_backend_pid() as pid');
    for (const args of commands) {
      const { code, stdout, stderr } = await made.rev(args);
      expect([args, code, stdout]).toEqual([args, 1, '']);
      expect(stderr).toContain(
        `REV_LOCK_TIMEOUT: No lock in 1.5 s for alembic_version, held up by session ${row?.pid} (`,
      );
      expect(stderr).toContain(`select pg_terminate_backend(${row?.pid});`);
    }
  });

  it('is why `info` has not asked the database', async () => {
    const { made, database } = await given();
    await database.sql('begin; lock table alembic_version in access exclusive mode');
    const { stdout, stderr } = await made.ok(['info']);
    expect(stdout).toContain('aaaa11112222');
    expect(stderr).toMatch(/was not asked: No lock in 1\.5 s for alembic_version, held up by session \d+/);
  });

  it('is asked again as often as the runner tries', async () => {
    const { made, database } = await given({ lockRetries: 1 });
    await database.sql('begin; lock table alembic_version in access exclusive mode');
    const { code, stderr } = await made.rev(['current']);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /no lock in time for alembic_version, .*; it is asked again in \d\.\d s \(1 of 1\)/,
    );
    expect(stderr).toContain('No lock in 1.5 s, 2 times for alembic_version');
  });
});

it('a journal that another session has locked is an error of what reads it, and of no command that does without', async () => {
  const { made, database } = await given();
  await database.sql('begin; lock table alembic_journal in access exclusive mode');
  for (const command of ['status', 'current', 'doctor']) {
    const { code, stderr } = await made.rev([command]);
    expect(code).toBe(1);
    expect(stderr).toContain('REV_LOCK_TIMEOUT: No lock in 1.5 s for alembic_journal, held up by session ');
  }
  await made.ok(['history', '--indicate-current']);
  await made.ok(['show', 'current']);
});

it('a table of the project that another session has locked is an error of what looks into the database', async () => {
  const { made, database } = await given();
  made.write(
    'schema/index.ts',
    "import { integer, pgTable } from 'drizzle-orm/pg-core';\nexport const t = pgTable('t', { n: integer('n') });\n",
  );
  await database.sql('create table t (n integer not null default 1, check (n > 0))');
  await database.sql('begin; lock table t in access exclusive mode');
  for (const args of [['check'], ['diff']]) {
    const { code, stderr } = await made.rev(args);
    expect([args, code]).toEqual([args, 1]);
    expect(stderr).toContain('REV_LOCK_TIMEOUT: No lock in 1.5 s for t, held up by session ');
  }
  const { stderr } = await made.ok(['info']);
  expect(stderr).toContain('was not asked: No lock in 1.5 s for t, held up by session ');
});
