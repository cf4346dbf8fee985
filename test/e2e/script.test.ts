import { afterEach, describe, expect, it } from 'vitest';
import { freshDatabase } from '../support/postgres.js';
import { type UserProject, userProject } from '../support/project.js';
import { changeFile, readFile } from '../support/sqlite-file.js';

/** `--sql`: a script that does what the run would have done, written without a database. */

const projects: UserProject[] = [];
afterEach(() => {
  for (const project of projects.splice(0)) project.remove();
});

function example(): UserProject {
  const project = userProject();
  projects.push(project);
  for (const name of ['schema', 'revisions', 'alembic.config.ts']) project.copy(name, name);
  return project;
}

describe('the first line of a script', () => {
  it.each(['sqlite', 'postgres'])('is one line, whatever the tag is (%s)', async (dialect) => {
    const project = userProject();
    projects.push(project);
    project.write('alembic.config.ts', `export default { dialect: '${dialect}', schema: './schema' };`);
    const head = "export const revision = 'one'; export const downRevision = null;";
    project.write('revisions/one.ts', `${head} export const upgrade = () => {};`);
    const tag = '2026-11\r\ndrop table users;\u2028drop table posts;';
    for (const command of ['upgrade', 'stamp']) {
      const { stdout } = await project.ok([command, 'head', '--sql', '--tag', tag]);
      expect(stdout).toMatch(/^-- .*\(2026-11 drop table users; drop table posts;\)\n\n/);
      expect(stdout.match(/drop table/g)).toHaveLength(2);
    }
  });
});

describe('a script for SQLite', () => {
  it('brings a database to where the run would bring it, and back', async () => {
    const project = example();
    const up = (await project.ok(['upgrade', 'head', '--sql'])).stdout;
    const down = (await project.ok(['downgrade', 'head:base', '--sql'])).stdout;
    const file = project.path('tracker.db');
    changeFile(file, up);
    expect((await project.ok(['check'])).stderr).toContain('No changes');
    expect((await project.ok(['current'])).stdout).toContain('(head)');
    changeFile(file, down);
    const left = readFile(file, "select name from sqlite_schema where type = 'table'").map(String);
    expect(left.filter((name) => !name.startsWith('sqlite_'))).toEqual(['alembic_version']);
    expect(readFile(file, 'select count(*) from alembic_version')).toEqual([0]);
  });

  it('asks for no database, and starts where it is told', async () => {
    const project = example();
    const head = JSON.parse((await project.ok(['heads', '--json'])).stdout).heads[0];
    const script = (
      await project.ok(['upgrade', `${head.down[0]}:head`, '--sql', '--url', 'file:/nowhere/at/all.db'])
    ).stdout;
    expect(script.match(/^-- upgrade /gm)).toHaveLength(1);
    expect(script).not.toContain('CREATE TABLE IF NOT EXISTS "alembic_version"');
    expect(script).toContain(`SET version_num = '${head.id}' WHERE version_num = '${head.down[0]}'`);
  });

  it('ends the transaction for op.autocommit, and begins another one', async () => {
    const project = example();
    const head = JSON.parse((await project.ok(['heads', '--json'])).stdout).heads[0];
    project.write(
      'revisions/ffff00002222_outside.ts',
      `export const revision = 'ffff00002222'; export const downRevision = '${head.id}';
       export function upgrade(op) {
         op.execute('create table before_it (n integer)');
         op.autocommit(() => { op.execute('vacuum'); });
         op.execute('create table after_it (n integer)');
       }`,
    );
    const { stdout } = await project.ok(['upgrade', `${head.id}:ffff00002222`, '--sql']);
    expect(stdout.replace(/\s+/g, ' ')).toMatch(
      /before_it .*COMMIT;.* vacuum; .*BEGIN.*; create table after_it .*COMMIT;/,
    );
    const file = project.path('tracker.db');
    await project.ok(['upgrade', head.id]);
    changeFile(file, stdout);
    expect((await project.ok(['current'])).stdout).toContain('ffff00002222');
  });

  it.each(['trigger seen after insert on t begin select 1; end', 'unique index seen on t (n)'])(
    'says where a rebuild may lose what raw SQL has made: %s',
    async (made) => {
      const project = userProject();
      projects.push(project);
      project.write('alembic.config.ts', "export default { dialect: 'sqlite', schema: './schema' };");
      project.write(
        'revisions/ffff00003333_rebuild.ts',
        `import { column } from 'drizzle-alembic';
         export const revision = 'ffff00003333'; export const downRevision = null;
         export async function upgrade(op) {
           await op.createTable('t', [column('n', 'integer')]);
           if (op.args.raw) await op.execute('create ${made}');
           await op.alterColumn('t', 'n', { type: 'text' });
         }`,
      );
      const { stdout } = await project.ok(['upgrade', 'head', '--sql', '-x', 'raw=1']);
      expect(stdout).toContain('-- Raw SQL of this history makes triggers or indexes');
      expect((await project.ok(['upgrade', 'head', '--sql'])).stdout).not.toContain('-- Raw SQL');
    },
  );

  it('refuses what it cannot know', async () => {
    const project = example();
    project.write(
      'revisions/ffff00001111_reads.ts',
      `/**
 * reads
 */
import { sql } from 'drizzle-alembic';
export const revision = 'ffff00001111';
export const downRevision = null;
export const branchLabels = null;
export const dependsOn = null;
export async function upgrade(op) { await op.db.all(sql\`select 1\`); }
export async function downgrade(op) {}
`,
    );
    const result = await project.rev(['upgrade', 'ffff00001111', '--sql']);
    expect(result.code).toBe(2);
    expect(result.stderr).toMatch(/REV_OFFLINE: .*ffff00001111/);
    expect(result.stdout).toBe('');
  });
});

describe('a script for PostgreSQL', () => {
  it('writes bound values so that they mean what they mean when they are bound', async () => {
    const database = await freshDatabase();
    const project = userProject();
    projects.push(project);
    project.write('alembic.config.ts', "export default { dialect: 'postgres', schema: './schema' };");
    project.write(
      'revisions/ffff00001111_values.ts',
      `import { column, sql } from 'drizzle-alembic';
export const revision = 'ffff00001111';
export const downRevision = null;
export const branchLabels = null;
export const dependsOn = null;
export async function upgrade(op) {
  await op.createTable('t', [column('j', 'jsonb'), column('n', 'numeric'), column('a', 'text[]')]);
  await op.execute(sql\`insert into t (j, n) values (\${5}, \${1.5})\`);
  await op.bulkInsert('t', [{ j: true, n: 2, a: ['x', 'y "z"'] }]);
}
export async function downgrade(op) { await op.dropTable('t'); }
`,
    );
    await database.sql((await project.ok(['upgrade', 'head', '--sql'])).stdout);
    expect(await database.sql('select j::text, n::text, a::text from t order by n')).toEqual([
      { j: '5', n: '1.5', a: null },
      { j: 'true', n: '2', a: '{x,"y \\"z\\""}' },
    ]);
  });

  it('brings a database to where the run would bring it, and back', async () => {
    const online = await freshDatabase();
    const offline = await freshDatabase();
    const project = userProject();
    projects.push(project);
    project.copy('test/fixtures/tracker-postgres', 'schema');
    project.write(
      'alembic.config.ts',
      "export default { dialect: 'postgres', url: process.env.DATABASE_URL, schema: './schema' };",
    );
    const at = (url: string) => ({ DATABASE_URL: url });
    await project.ok(['create', '-m', 'first', '--autogenerate'], at(online.url));
    await project.ok(['upgrade', 'head'], at(online.url));
    await offline.sql((await project.ok(['upgrade', 'head', '--sql'])).stdout);
    expect((await project.ok(['check'], at(offline.url))).stderr).toContain('No changes');
    expect((await project.ok(['current'], at(offline.url))).stdout).toContain('(head)');
    await offline.sql((await project.ok(['downgrade', 'head:base', '--sql'])).stdout);
    const left = await offline.sql(
      "select relname from pg_class where relkind in ('r', 'S') and relnamespace = 'public'::regnamespace",
    );
    expect(left.map((row) => row.relname)).toEqual(['alembic_version']);
  });
});
