import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { freshDatabase } from '../support/postgres.js';
import { config, models, refused, revision, sqliteProject, tables } from '../support/refusals.js';
import { changeFile } from '../support/sqlite-file.js';

/** Revisions that cannot be read or run, and databases in a state that forbids what is asked. */

const broken = {
  id: 'bbbb11112222',
  down: 'aaaa11112222',
  upgrade: "op.createTable('b', [column('id', 'integer')]); op.execute('insert into nowhere values (1)');",
};

describe('a revision that is none', () => {
  it('without downgrade is refused before anything is touched', async () => {
    const project = sqliteProject();
    revision(project, {
      id: 'aaaa11112222',
      upgrade: "await op.createTable('a', [column('id', 'integer')]);",
      downgrade: null,
    });
    revision(project, {
      id: 'bbbb11112222',
      down: 'aaaa11112222',
      upgrade: "await op.createTable('b', [column('id', 'integer')]);",
      downgrade: "await op.dropTable('b');",
    });
    await project.ok(['upgrade', 'head']);
    const before = tables(project);
    await refused(project, ['downgrade', 'base'], 'REV_IRREVERSIBLE', 4, [/aaaa11112222/, /downgrade/]);
    expect(tables(project)).toEqual(before);
  });

  it('with a header that is not literal names file and line', async () => {
    const project = sqliteProject();
    revision(project, { id: 'aaaa11112222' });
    const name = 'revisions/aaaa11112222_made_by_hand.ts';
    project.write(
      name,
      project.read(name).replace("revision = 'aaaa11112222'", "revision = ['aaaa', '1111', '2222'].join('')"),
    );
    await refused(project, ['heads'], 'REV_HEADER', 2, [/aaaa11112222_made_by_hand\.ts:5/]);
  });

  it('with an id that another one has names both files', async () => {
    const project = sqliteProject();
    revision(project, { id: 'aaaa11112222' });
    project.write('revisions/copy_of_it.ts', project.read('revisions/aaaa11112222_made_by_hand.ts'));
    await refused(project, ['heads'], 'REV_DUPLICATE_REVISION', 2, [/copy_of_it/, /made_by_hand/]);
  });

  it('that does not compile, or has no upgrade, stops the run before it begins', async () => {
    const project = sqliteProject();
    revision(project, {
      id: 'aaaa11112222',
      upgrade: "await op.createTable('a', [column('id', 'integer')]);",
    });
    revision(project, { id: 'bbbb11112222', down: 'aaaa11112222', upgrade: 'let x = ;' });
    await refused(project, ['upgrade', 'head'], 'REV_REVISION_LOAD', 1, [/bbbb11112222_made_by_hand\.ts:9/]);
    expect(tables(project)).toEqual([]);
  });

  it.each([
    [
      'esbuild',
      "var revision = 'aaaa11112222';\nvar downRevision = null;\nasync function upgrade() {}\nexport { revision, downRevision, upgrade };\n",
    ],
    [
      'tsc for CommonJS',
      "Object.defineProperty(exports, '__esModule', { value: true });\nexports.revision = 'aaaa11112222';\nexports.upgrade = async () => {};\n",
    ],
  ])('as %s writes one is not passed over', async (_compiler, text) => {
    const project = sqliteProject();
    project.write('revisions/first.js', text);
    await refused(project, ['upgrade', 'head'], 'REV_HEADER', 2, [/first\.js:\d/]);
  });

  it('that never settles is said to, and is rolled back', async () => {
    const project = sqliteProject();
    revision(project, {
      id: 'aaaa11112222',
      upgrade: "await op.createTable('a', [column('id', 'integer')]); await new Promise(() => {});",
    });
    await refused(project, ['upgrade', 'head'], 'REV_REVISION_FAILED', 1, [/never settles/]);
    expect(tables(project)).not.toContain('a');
  });

  it('that prints does not spoil scripts and JSON', async () => {
    const project = sqliteProject();
    revision(project, {
      id: 'aaaa11112222',
      upgrade:
        "console.log('drop table everything;'); await op.execute('create table a (id integer) -- the table'); await op.execute('create table b (id integer)');",
    });
    const script = await project.ok(['upgrade', 'head', '--sql']);
    expect(script.stdout).not.toContain('everything');
    expect(script.stderr).toContain('everything');
    changeFile(project.path('app.db'), script.stdout);
    expect(tables(project)).toEqual(['a', 'alembic_version', 'b']);
    expect(JSON.parse((await project.ok(['upgrade', 'head', '--json'])).stdout)).toMatchObject({
      version: 1,
      steps: [],
    });
  });

  it('whose statement fails leaves the database as it was before it', async () => {
    const project = sqliteProject();
    revision(project, {
      id: 'aaaa11112222',
      upgrade: "await op.createTable('a', [column('id', 'integer')]);",
    });
    revision(project, broken);
    await refused(project, ['upgrade', 'head'], 'REV_REVISION_FAILED', 1, [
      /bbbb11112222/,
      /nowhere/,
      /rolled back/,
    ]);
    expect(tables(project)).toEqual(['a', 'alembic_journal', 'alembic_version']);
    expect((await project.ok(['current'])).stdout).toContain('aaaa11112222');
  });

  it('that lacks an import is told which', async () => {
    const project = sqliteProject();
    await project.ok(['create', '-m', 'by hand', '--rev-id', 'aaaa11112222']);
    const file = readdirSync(project.path('revisions')).find((name) => name.endsWith('.ts')) ?? '';
    const path = project.path('revisions', file);
    const filled = (line: string) =>
      readFileSync(path, 'utf8').replace(/(upgrade\(.*?\).*?\{)[^}]*\}/s, `$1 ${line} }`);
    writeFileSync(path, filled("await op.createTable('a', [column('id', 'integer')]);"));
    await refused(project, ['upgrade', 'head'], 'REV_REVISION_FAILED', 1, [
      /column is not defined/,
      /It lacks: import \{ column \} from 'drizzle-alembic';/,
    ]);
    writeFileSync(path, filled('await nothing.of(op);'));
    const { stderr } = await project.rev(['upgrade', 'head']);
    expect(stderr).toMatch(/nothing is not defined/);
    expect(stderr).not.toMatch(/It lacks/);
  });

  it('whose statement fails on PostgreSQL likewise', async () => {
    const database = await freshDatabase();
    const project = sqliteProject();
    config(project, { dialect: 'postgres', url: database.url, schema: './schema' });
    revision(project, {
      id: 'aaaa11112222',
      upgrade: "await op.createTable('a', [column('id', 'integer')]);",
    });
    revision(project, broken);
    await refused(project, ['upgrade', 'head'], 'REV_REVISION_FAILED', 1, [
      /bbbb11112222/,
      /nowhere/,
      /rolled back/,
    ]);
    const found = await database.sql(
      "select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace order by 1",
    );
    expect(found.map((row) => row.relname)).toEqual(['a', 'alembic_journal', 'alembic_version']);
  });
});

describe('a state that forbids it', () => {
  it('a database behind head at --autogenerate', async () => {
    const project = sqliteProject();
    revision(project, { id: 'aaaa11112222' });
    await refused(project, ['create', '-m', 'x', '--autogenerate'], 'REV_BEHIND_HEAD', 1, [/rev upgrade/]);
    expect(project.revisions()).toHaveLength(1);
    expect(existsSync(project.path('app.db'))).toBe(false);
  });

  it('a version row that no file answers', async () => {
    const project = sqliteProject();
    revision(project, { id: 'aaaa11112222' });
    await project.ok(['upgrade', 'head']);
    changeFile(project.path('app.db'), "update alembic_version set version_num = 'ffffffffffff'");
    await refused(project, ['upgrade', 'head'], 'REV_ROWS', 1, [/ffffffffffff/]);
  });

  it('a likely rename, where nobody can be asked', async () => {
    const project = sqliteProject();
    await project.ok(['create', '-m', 'first', '--autogenerate']);
    await project.ok(['upgrade', 'head']);
    project.write('schema/index.ts', models.replace("text('name')", "text('full_name')"));
    await refused(project, ['create', '-m', 'x', '--autogenerate'], 'REV_AMBIGUOUS_RENAME', 4, [
      /--rename users\.name=users\.full_name/,
      /--no-rename users\.name/,
    ]);
    expect(project.revisions()).toHaveLength(1);
    await project.ok(['create', '-m', 'x', '--autogenerate', '--rename', 'users.name=users.full_name']);
    await project.ok(['upgrade', 'head']);
    await project.ok(['check']);
  });

  it('a folder that cannot be written to', async () => {
    const project = sqliteProject();
    // Also root cannot write below a file.
    rmSync(project.path('revisions'), { recursive: true });
    project.write('revisions', '');
    const result = await project.rev(['create', '-m', 'x']);
    expect(result.code).toBeGreaterThan(0);
    expect(result.stderr).toMatch(/^error REV_(UNWRITABLE|CONFIG): .*revisions/m);
    if (process.getuid?.() !== 0) {
      const other = sqliteProject();
      revision(other, { id: 'aaaa11112222' });
      chmodSync(other.path('revisions'), 0o555);
      await refused(other, ['create', '-m', 'x'], 'REV_UNWRITABLE', 1, [/revisions/]);
      chmodSync(other.path('revisions'), 0o755);
    }
  });
});
