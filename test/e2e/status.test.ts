import { rmSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { freshDatabase } from '../support/postgres.js';
import type { UserProject } from '../support/project.js';
import { config, refused, revision, sqliteProject } from '../support/refusals.js';

/** `status`, `info`, `redo`, `reset`, and the question before a downgrade, in the built command. */

const first = 'aaaa11112222';
const second = 'bbbb11112222';

async function project(name: 'sqlite' | 'postgres'): Promise<UserProject> {
  const made = sqliteProject();
  if (name === 'postgres')
    config(made, { dialect: 'postgres', url: (await freshDatabase()).url, schema: './schema' });
  revision(made, {
    id: first,
    upgrade: "await op.createTable('t', [column('n', 'integer'), column('note', 'text')]);",
    downgrade: "await op.dropTable('t');",
  });
  revision(made, {
    id: second,
    down: first,
    upgrade: "await op.addColumn('t', column('later', 'text'));",
    downgrade: "await op.dropColumn('t', 'later');",
  });
  return made;
}

/** A revision on top that does this. */
async function then(
  made: UserProject,
  id: string,
  down: string,
  upgrade: string,
  downgrade = '',
): Promise<void> {
  revision(made, { id, down, upgrade, downgrade });
  await made.ok(['upgrade', 'head']);
}

const statusOf = async (made: UserProject) =>
  JSON.parse((await made.ok(['status', '--json'])).stdout).revisions as Record<string, unknown>[];

describe.each(['sqlite', 'postgres'] as const)('on %s', (name) => {
  it('status tells what is applied, since when and by whom, and what was edited', async () => {
    const made = await project(name);
    expect((await statusOf(made)).map((each) => [each.revision, each.state])).toEqual([
      [first, 'pending'],
      [second, 'pending'],
    ]);
    await made.ok(['upgrade', first, '--tag', 'v1']);
    const [applied, pending] = await statusOf(made);
    expect(applied).toMatchObject({ state: 'applied', edited: false, tag: 'v1', failed: null, half: null });
    expect(applied?.at).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);
    expect(typeof applied?.duration).toBe('number');
    expect(applied?.username).toBeTruthy();
    expect(pending).toMatchObject({ state: 'pending', at: null, edited: null });
    const file = `revisions/${first}_made_by_hand.ts`;
    made.write(file, `${made.read(file)}// edited\n`);
    const text = await made.ok(['status']);
    expect(text.stdout).toMatch(new RegExp(`^applied  ${first} .*tag v1  edited since$`, 'm'));
    expect(text.stderr).toContain('1 applied, 1 pending, 1 edited since');
  });

  it('status tells of a failure, of what is half done, and of what no file has', async () => {
    const made = await project(name);
    await made.ok(['upgrade', 'head']);
    const broken = 'cccc11112222';
    revision(made, {
      id: broken,
      down: second,
      upgrade: "await op.execute('insert into nowhere values (1)');",
    });
    expect((await made.rev(['upgrade', 'head'])).code).toBe(1);
    expect((await statusOf(made)).at(-1)).toMatchObject({
      state: 'pending',
      failed: { direction: 'upgrade', errorCode: 'REV_REVISION_FAILED' },
    });
    revision(made, {
      id: broken,
      down: second,
      upgrade:
        "await op.autocommit(() => op.execute('insert into t (n) values (1)')); await op.execute('insert into nowhere values (1)');",
    });
    expect((await made.rev(['upgrade', 'head'])).code).toBe(1);
    expect((await statusOf(made)).at(-1)).toMatchObject({
      state: 'half',
      half: { direction: 'upgrade', position: 1 },
    });
    expect((await made.ok(['status'])).stdout).toContain('upgrade half done, operations done: 1');
    await made.ok(['stamp', broken]);
    rmSync(made.path(`revisions/${broken}_made_by_hand.ts`));
    expect((await statusOf(made)).at(-1)).toMatchObject({ revision: broken, state: 'unknown', half: null });
  });

  it('info shows the configuration and the database, and no password', async () => {
    const made = await project(name);
    await made.ok(['upgrade', 'head']);
    const found = JSON.parse((await made.ok(['info', '--json'])).stdout);
    expect(found).toMatchObject({ version: 1, dialect: name, heads: [second], problem: null });
    expect(found.database).toMatchObject({ rows: [second] });
    expect(found.database.tables).toBeGreaterThanOrEqual(3);
    expect(found.database.size).toBeGreaterThan(1000);
    const text = await made.ok(['info', '-v']);
    if (name === 'postgres') {
      expect(text.stdout).toContain('postgres:***@');
      expect(JSON.stringify(found)).not.toMatch(/postgres:[0-9a-f]{16}@/);
    }
    const away = await made.ok([
      'info',
      '--url',
      name === 'sqlite' ? 'file:/no/such/a.db' : 'postgres://x:secret-1@127.0.0.1:1/d',
    ]);
    expect(away.stdout + away.stderr).not.toContain('secret-1');
  });

  it('a downgrade asks only where something is there to lose', async () => {
    const made = await project(name);
    await made.ok(['upgrade', 'head']);
    await made.ok(['downgrade', 'base']);
    await made.ok(['upgrade', 'head']);
    const third = 'cccc11112222';
    await then(made, third, second, 'await op.execute("insert into t (n) values (1)");');
    // A column in which all is null.
    await made.ok(['downgrade', first]);
    await refused(made, ['downgrade', 'base'], 'REV_CONSENT', 4, [/all rows of table t/, /--yes/]);
    expect((await made.ok(['current'])).stdout).toContain(first);
    await made.ok(['downgrade', 'base', '--yes']);
  });

  it('a downgrade asks before values, raw SQL, and what cannot be told', async () => {
    const made = await project(name);
    const third = 'cccc11112222';
    await then(
      made,
      third,
      second,
      "await op.execute(\"insert into t (n, note, later) values (1, 'a', 'b')\");",
      "await op.execute('delete from t where n = 1');",
    );
    await refused(made, ['downgrade', first], 'REV_CONSENT', 4, [
      /delete from t/,
      new RegExp(`${second} .*\n.*the values of column t.later`),
    ]);
    const fourth = 'dddd11112222';
    await then(made, fourth, third, '', "if (op.offline) throw new Error('not offline');");
    await refused(made, ['downgrade', '-1'], 'REV_CONSENT', 4, [/cannot be told/]);
    await refused(made, ['redo'], 'REV_CONSENT', 4, [/cannot be told/]);
    await made.ok(['redo', '--yes']);
    await refused(made, ['reset'], 'REV_CONSENT', 4, [/every revision/]);
    await made.ok(['reset', '--yes']);
    expect((await made.ok(['current'])).stdout).toBe('');
    expect(JSON.parse((await made.ok(['reset', '--yes', '--json'])).stdout).steps).toEqual([]);
  });

  it('a downgrade asks before objects and own operations that remove rows, and not before others', async () => {
    const made = await project(name);
    made.write(
      'operations/archive.ts',
      `import { defineOperation } from 'drizzle-alembic';
export const archive = defineOperation({
  name: 'archive', from: '../operations/archive.js',
  sql: ({ table }: { table: string }) => [\`create table \${table} (n integer)\`, \`insert into \${table} values (1)\`],
  invert: (input) => unarchive(input),
});
export const unarchive = defineOperation({
  name: 'unarchive', from: '../operations/archive.js',
  sql: ({ table }: { table: string }) => [\`drop table \${table}\`],
});
export const forget = defineOperation({
  name: 'forget', from: '../operations/archive.js',
  sql: ({ n }: { n: number }) => [\`update t set n = null where n = \${n}\`],
  losses: ({ n }) => [\`who was number \${n}\`],
});
`,
    );
    const own = (call: string) =>
      `const own = await import('../operations/archive.js'); await op.run(own.${call});`;
    const object = (drop: string) =>
      `({ kind: 'table', name: 'raw', create: ['create table raw (n integer)'], drop: ['${drop}'] })`;
    const ids = ['cccc11112222', 'dddd11112222', 'eeee11112222', 'ffff11112222'] as const;
    const tops: readonly (readonly [up: string, down: string, says: RegExp])[] = [
      [own("archive({ table: 'kept' })"), own("unarchive({ table: 'kept' })"), /drop table kept/],
      ['', own('forget({ n: 7 })'), /who was number 7/],
      [
        `await op.createObject${object('drop table raw')};`,
        `await op.dropObject${object('drop table raw')};`,
        /drop table raw/,
      ],
    ];
    let down: string = second;
    for (const [at, [up, back]] of tops.entries()) {
      const id = ids[at] ?? '';
      await then(made, id, down, up, back);
      down = id;
    }
    const says = tops.map(([, , each], at) => new RegExp(`${ids[at]} .*\\n.*${each.source}`));
    await refused(made, ['downgrade', second], 'REV_CONSENT', 4, says);
    expect((await made.ok(['current'])).stdout).toContain(down);
    const view =
      "({ kind: 'view', name: 'v', create: ['create view v as select 1 as n'], drop: ['drop view v'] })";
    await then(made, ids[3], down, `await op.createObject${view};`, `await op.dropObject${view};`);
    await made.ok(['downgrade', '-1']);
    await made.ok(['downgrade', second, '--yes']);
  });

  it('a downgrade is not deceived by names that change on the way', async () => {
    const made = await project(name);
    const third = 'cccc11112222';
    await then(
      made,
      third,
      second,
      "await op.execute('insert into t (n) values (1)'); await op.renameTable('t', 'kept'); await op.createTable('t', [column('n', 'integer')]);",
      "await op.dropTable('t'); await op.renameTable('kept', 't');",
    );
    await made.ok(['downgrade', '-1', '--dry-run']);
    const { stderr } = await refused(made, ['downgrade', 'base'], 'REV_CONSENT', 4, [/all rows of table t/]);
    expect(stderr).not.toContain(third);
  });

  it('redo comes back to where it was', async () => {
    const made = await project(name);
    await made.ok(['upgrade', 'head']);
    const { steps, before, after } = JSON.parse((await made.ok(['redo', '-2', '--json'])).stdout);
    expect(
      steps.map((each: { direction: string; revision: string }) => [each.direction, each.revision]),
    ).toEqual([
      ['downgrade', second],
      ['downgrade', first],
      ['upgrade', first],
      ['upgrade', second],
    ]);
    expect([before, after]).toEqual([[second], [second]]);
  });
});

describe('a revision outside of a transaction whose first operation fails', () => {
  it('is begun', async () => {
    const made = await project('sqlite');
    const id = 'cccc11112222';
    revision(made, {
      id,
      down: second,
      upgrade: "await op.autocommit(() => op.execute('insert into nowhere values (1)'));",
    });
    expect((await made.rev(['upgrade', 'head'])).code).toBe(1);
    expect((await made.ok(['status'])).stdout).toContain(
      'upgrade begun, none of its operations known to be finished',
    );
  });
});

describe('a revision that is half taken down', () => {
  it('is said by an upgrade that would have nothing to do', async () => {
    const made = await project('sqlite');
    const third = 'cccc11112222';
    await then(
      made,
      third,
      second,
      '',
      "await op.autocommit(() => op.execute('insert into t (n) values (7)')); await op.execute('insert into nowhere values (1)');",
    );
    expect((await made.rev(['downgrade', '-1'])).code).toBe(1);
    const { code, stderr } = await made.rev(['upgrade', 'head']);
    expect(code).toBe(4);
    expect(stderr).toContain(`REV_RESUME: The downgrade of revision ${third} is half done`);
  });
});
