import { pathToFileURL } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { postgres } from '../../src/dialects/postgres/index.js';
import { sqlite } from '../../src/dialects/sqlite/index.js';
import { faultHistory } from '../support/fault-history.js';
import { faultProject } from '../support/fault-project.js';
import { freshDatabase } from '../support/postgres.js';
import { runNode, type UserProject } from '../support/project.js';

/** The password of a run is in nothing that the run says or leaves behind. */

describe('the password of the URL', () => {
  it('is in no output, no error, no JSON and no row of the journal', async () => {
    const database = await freshDatabase();
    const role = `${database.name}_owner`;
    const password = "s3cr3t'p@ss wörd/%41";
    await database.sql(`create role ${role} login superuser password '${password.replaceAll("'", "''")}'`);
    onTestFinished(async () => {
      await database.sql(`reassign owned by ${role} to postgres; drop owned by ${role}; drop role ${role}`);
    });
    const url = new URL(database.url);
    url.username = role;
    url.password = encodeURIComponent(password);
    const project = faultProject('postgres', url.href, faultHistory('postgres'));
    onTestFinished(() => project.remove());
    project.write(
      'revisions/zz.mjs',
      `export const revision = 'zz'; export const downRevision = 'j1';
       export async function upgrade(op) { await op.execute('insert into nowhere values (1)'); }
       export async function downgrade(op) {}`,
    );
    const wrong = new URL(url);
    wrong.password = `${url.password}x`;
    const nowhere = new URL(url);
    nowhere.port = '1';
    const heard = await hear(project, [
      ['info', '-v'],
      ['upgrade', 'j1', '--dry-run', '-v'],
      ['upgrade', 'j1', '-v', '--debug'],
      ['upgrade', 'head', '-v', '--debug'],
      ['status'],
      ['current'],
      ['doctor'],
      ['downgrade', 'base'],
      ['reset'],
      ['redo'],
      ['upgrade', 'head', '--sql'],
      ['upgrade', 'head', '--url', wrong.href, '--debug'],
      ['upgrade', 'head', '--url', nowhere.href, '--debug'],
      ['upgrade', 'head', '--url', `${url.href}&sslmode=require`, '--debug'],
      ['info', '--url', nowhere.href],
    ]);
    expect(heard).toContain('REV_REVISION_FAILED');
    expect(heard).toContain('REV_AUTH');
    expect(heard).toContain('REV_CONNECT');
    const journal = JSON.stringify(await database.sql('select * from alembic_journal'));
    expect(journal).toContain('j1');
    for (const spelling of [
      password,
      password.replaceAll("'", "''"),
      url.password,
      encodeURIComponent(password),
      's3cr3t',
    ]) {
      expect(heard).not.toContain(spelling);
      expect(journal).not.toContain(spelling);
    }
  });
});

/** Runs each command as it is and with --json, all in one process, which is much faster; what they all said. */
async function hear(
  project: UserProject,
  commands: readonly (readonly string[])[],
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const lines = commands.flatMap((args) => [args, [...args, '--json']]);
  const program = pathToFileURL(project.path('node_modules/drizzle-alembic/dist/cli/program.js')).href;
  const script = `
    const { program } = await import(${JSON.stringify(program)});
    let ended = 0;
    for (const args of ${JSON.stringify(lines)}) ended += await program(args).then(() => 1);
    await new Promise((done) => process.stdout.write('\\nended: ' + ended, done));
    process.exit(0);`;
  const { stdout, stderr } = await runNode(project.folder, ['--input-type=module', '-e', script], env);
  expect(stdout, stderr).toMatch(new RegExp(`ended: ${lines.length}$`));
  return stdout + stderr;
}

describe('a password', () => {
  const password = "s3cr3t'p@ss wörd/%41";
  const asks = [
    ['info', '-v'],
    ['upgrade', 'b1', '--debug', '-v'],
    ['status'],
    ['diff', 'database', 'b1', '--debug'],
    ['check', '--debug'],
    ['create', '-m', 'x', '--autogenerate', '--dry-run', '--debug'],
    ['import', 'drizzle', '--dry-run', '--debug'],
    ['doctor', '--debug'],
    ['backup', '--debug'],
    ['stamp', 'a1', '--debug'],
  ] as const;

  /** How a user may say it, given the URL without it. */
  const ways: Readonly<Record<string, (url: URL, secret: string) => Record<string, string>>> = {
    'in the URL': (url, secret) => {
      url.password = encodeURIComponent(secret);
      return { TEST_URL: url.href };
    },
    'as a parameter of the URL': (url, secret) => {
      url.searchParams.set('password', secret);
      return { TEST_URL: url.href };
    },
    'in PGPASSWORD': (url, secret) => ({ TEST_URL: url.href, PGPASSWORD: secret }),
  };

  it.each(Object.keys(ways))(
    '%s is nowhere to be seen, right or wrong',
    { timeout: 600_000 },
    async (way) => {
      const database = await freshDatabase();
      const role = `${database.name}_owner`;
      await database.sql(`create role ${role} login superuser password '${password.replaceAll("'", "''")}'`);
      onTestFinished(async () => {
        await database.sql(`reassign owned by ${role} to postgres; drop owned by ${role}; drop role ${role}`);
      });
      const project = faultProject('postgres', '', faultHistory('postgres').slice(0, 2));
      onTestFinished(() => project.remove());
      const envWith = (change: (url: URL) => void, secret = password) => {
        const url = new URL(database.url);
        url.username = role;
        url.password = '';
        change(url);
        return ways[way]?.(url, secret) ?? {};
      };
      const few = [asks[0], asks[1], asks[7]];
      let heard = await hear(
        project,
        asks,
        envWith(() => {}),
      );
      expect(heard).toContain('upgrade b1');
      for (const [env, code] of [
        [envWith(() => {}, `${password}x`), 'REV_AUTH'],
        [envWith((url) => url.searchParams.set('port', '1')), 'REV_CONNECT'],
        [envWith((url) => url.searchParams.set('dbname', 'nowhere')), 'REV_CONNECT'],
        [envWith((url) => url.searchParams.set('sslmode', 'require')), 'REV_CONNECT'],
        [envWith((url) => url.searchParams.set('no_such_setting', 'x')), 'REV_'],
      ] as const) {
        const more = await hear(project, few, env);
        expect(more, JSON.stringify(code)).toContain(code);
        heard += more;
      }
      const kept = JSON.stringify(await database.sql('select * from alembic_journal'));
      expect(kept).toContain('b1');
      for (const spelling of [
        password,
        password.replaceAll("'", "''"),
        encodeURIComponent(password),
        new URLSearchParams({ password }).toString(),
        's3cr3t',
      ]) {
        expect(heard).not.toContain(spelling);
        expect(kept).not.toContain(spelling);
      }
    },
  );

  it('of a libsql server is in no error', async () => {
    const project = faultProject('sqlite', '');
    onTestFinished(() => project.remove());
    let heard = '';
    for (const TEST_URL of [
      'libsql://db.example.invalid?authToken=s3cr3t',
      'libsql://user:s3cr3t@db.example.invalid',
      'file:app.db?authToken=s3cr3t',
      'https://db.example.invalid?authToken=s3cr3t',
      'postgres://user:s3cr3t@db.example.invalid/app',
    ]) {
      const more = await hear(
        project,
        [
          ['info', '--debug'],
          ['current', '--debug', '-v'],
        ],
        { TEST_URL },
      );
      expect(more).toMatch(/REV_(URL|CONFIG|CONNECT)/);
      heard += more;
    }
    expect(heard).not.toContain('s3cr3t');
  });
});

describe.each(['postgres', 'sqlite'] as const)('values of rows on %s', (name) => {
  it('are in no output and no journal', { timeout: 600_000 }, async () => {
    const project = faultProject(name, '', []);
    onTestFinished(() => project.remove());
    const url = name === 'sqlite' ? project.path('app.db') : (await freshDatabase()).url;
    const head = (id: string, down: string) =>
      `import { column, primaryKey, sql } from 'drizzle-alembic'; export const revision = '${id}'; export const downRevision = ${down};`;
    const secret = "'s3cr3t' + process.env.NOTHING_AT_ALL";
    project.write(
      'revisions/a1.mjs',
      `${head('a1', 'null')}
       export async function upgrade(op) {
         const secret = ${secret};
         await op.createTable('t', [column('id', 'integer', { nullable: false }), column('n', 'integer'), column('x', 'text'), primaryKey(['id'])]);
         await op.bulkInsert('t', [{ id: 1, x: secret }]);
         await op.execute(sql\`insert into t (id, x) values (\${2}, \${secret})\`);
         await op.db.run?.(sql\`update t set x = \${secret}\`);
         await op.backfill({ table: 't', set: { x: secret } });
       }
       export async function downgrade(op) { await op.dropTable('t'); }`,
    );
    const failing = {
      b1: `await op.bulkInsert('t', [{ id: 1, x: secret }]);`,
      b2: `await op.execute(sql\`insert into t (id, x) values (\${1}, \${secret})\`);`,
      b3: `await op.backfill({ table: 't', set: { id: sql\`id + nowhere + \${secret}\` } });`,
      b4: `await op.execute(sql\`insert into t (id, n) select 5, n from t where cast(\${secret} as integer) / 0 > no_column\`);`,
      b5: `await op.db.execute?.(sql\`insert into t (id, x) values (\${1}, \${secret})\`); await op.db.run?.(sql\`insert into t (id, x) values (\${1}, \${secret})\`);`,
      b6: `await op.autocommit(async () => { await op.execute(sql\`insert into t (id, x) values (\${1}, \${secret})\`); });`,
      b7: `await op.execute(sql\`insert into t (id, n) values (\${7}, \${secret})\`); await op.execute('select nothing');`,
      b8: `await op.createIndex('t_x', 't', ['x'], { unique: true });`,
    };
    for (const [id, work] of Object.entries(failing)) {
      project.write(
        `revisions/${id}.mjs`,
        `${head(id, "'a1'")}
         export async function upgrade(op) { const secret = ${secret}; ${work} }
         export async function downgrade(op) {}`,
      );
    }
    const heard = await hear(
      project,
      [
        ['upgrade', 'a1', '--dry-run', '-v'],
        ['upgrade', 'a1', '-v', '--debug'],
        ...Object.keys(failing).flatMap((id) => [['upgrade', id, '-v', '--debug']]),
        ['upgrade', 'b2', '--dry-run', '-v', '--debug'],
        ['status', '-v'],
        ['doctor'],
        ['downgrade', 'base', '-v'],
      ],
      { TEST_URL: url },
    );
    for (const id of Object.keys(failing))
      expect(heard).toMatch(new RegExp(`upgrade of revision ${id} failed`));
    expect(heard.split('\n').filter((line) => line.includes('s3cr3t'))).toEqual([]);
    const driver = await (name === 'sqlite' ? sqlite : postgres).connect({ url, from: process.cwd() });
    const kept = JSON.stringify(await driver.values('select * from alembic_journal'));
    await driver.close();
    expect(kept).toContain('b8');
    expect(kept).not.toContain('s3cr3t');
  });
});

describe.each(['postgres', 'sqlite'] as const)('a password that a statement on %s sets', (name) => {
  it('is in no output and no journal, and in what runs', { timeout: 600_000 }, async () => {
    const project = faultProject(name, '', []);
    onTestFinished(() => project.remove());
    const database = name === 'postgres' ? await freshDatabase() : null;
    const url = database?.url ?? project.path('app.db');
    const failing = [
      "create role postgres login password 'LEAK'",
      "create role postgres login pasword 'LEAK'",
      "create role postgres\nlogin password 'LEAK' x",
      "alter role nobody_at_all password 'LEAK'",
      "alter role postgres password 'LEAK' 'LEAK",
      "create user mapping for postgres server nowhere options (user 'u', password 'LEAK')",
      "create server s foreign data wrapper nowhere options (host 'h', password 'LEAK')",
      "create subscription s connection 'host=h password=LEAK x' publication p",
      "create subscription s connection 'postgres://u:LEAK@127.0.0.1/d?nosuch=LEAK' publication p",
      "do $$ begin execute 'create role postgres password ''LEAK'''; end $$",
      "select set_config('app.secret', 'LEAK', false), nothing",
    ];
    const write = (id: string, text: string) =>
      project.write(
        `revisions/${id}.mjs`,
        `export const revision = '${id}'; export const downRevision = null;
         export const transactional = ${name === 'sqlite' || !text.includes('subscription')};
         export async function upgrade(op) { await op.execute(${JSON.stringify(text)}); }
         export async function downgrade(op) {}`,
      );
    for (const [at, text] of failing.entries()) write(`f${at}x`, text);
    const heard = await hear(
      project,
      [
        ...failing.map((_, at) => ['upgrade', `f${at}x`, '-v', '--debug']),
        ['upgrade', 'f0x', '--dry-run', '-v', '--debug'],
      ],
      { TEST_URL: url },
    );
    for (const at of failing.keys()) expect(heard).toContain(`f${at}x failed at: execute `);
    expect(heard).toMatch(/login password …/);
    expect(heard.split('\n').filter((line) => line.includes('LEAK'))).toEqual([]);
    const driver = await (name === 'sqlite' ? sqlite : postgres).connect({ url, from: process.cwd() });
    const kept = JSON.stringify(await driver.values('select * from alembic_journal'));
    await driver.close();
    expect(kept).toContain('f10x');
    expect(kept).not.toContain('LEAK');
    const { stdout } = await project.ok(['upgrade', 'f0x', '--sql'], { TEST_URL: url });
    expect(stdout).toContain("login password 'LEAK'");
    if (!database) return;
    const role = `${database.name}_x`;
    onTestFinished(async () => void (await database.sql(`drop role if exists ${role}`)));
    write('g1x', `create role ${role} password 'LEAK'`);
    const { stdout: out, stderr } = await project.ok(['upgrade', 'g1x', '-v'], { TEST_URL: url });
    expect(out + stderr).toContain(`create role ${role} password …`);
    const [row] = await database.sql(`select rolpassword from pg_authid where rolname = '${role}'`);
    expect(row?.rolpassword).toMatch(/./);
  });
});
