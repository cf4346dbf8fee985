import { existsSync, readdirSync, rmSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { downgrade, upgrade } from '../../src/index.js';
import { type DialectName, type KitProject, kitProject } from '../support/drizzle-kit.js';
import type { OrmLine, ProjectOptions } from '../support/project.js';
import { changeFile } from '../support/sqlite-file.js';

/** What else there is in folders and databases that drizzle-kit has left behind. */

const projects: KitProject[] = [];
afterEach(() => {
  for (const project of projects.splice(0)) project.remove();
});

async function project(
  dialect: DialectName = 'sqlite',
  line: OrmLine = '0.45',
  options: ProjectOptions = {},
): Promise<KitProject> {
  const made = await kitProject(dialect, line, options);
  projects.push(made);
  return made;
}

/** Adds a migration to a folder of 0.31, as `drizzle-kit generate --custom` does. */
function addMigration({ path, read, write }: KitProject, tag: string, sql: string): void {
  const journal = JSON.parse(read('drizzle/meta/_journal.json'));
  const { idx, when, version } = journal.entries.at(-1);
  journal.entries.push({ idx: idx + 1, version, when: when + 60_000, tag, breakpoints: true });
  write('drizzle/meta/_journal.json', JSON.stringify(journal));
  write(`drizzle/${tag}.sql`, sql);
  const last = readdirSync(path('drizzle/meta'))
    .filter((name) => name.endsWith('_snapshot.json'))
    .sort()
    .at(-1);
  const snapshot = JSON.parse(read(`drizzle/meta/${last}`));
  const next = { ...snapshot, id: `copy-of-${snapshot.id}`, prevId: snapshot.id };
  write(`drizzle/meta/${tag.split('_')[0]}_snapshot.json`, JSON.stringify(next));
}

function source(app: KitProject, words: string): string {
  return app.read(`revisions/${app.revisions().find((name) => name.includes(words))}`);
}

async function refusal(app: KitProject, ...args: string[]) {
  const result = await app.rev(['import', 'drizzle', ...args, '--json']);
  return { code: result.code, ...JSON.parse(result.stdout).error };
}

describe('the files', () => {
  it('are the same wherever the import is made, and a second one writes nothing', async () => {
    const [here, there] = [await project(), await project()];
    await here.ok(['import', 'drizzle']);
    // A checkout on Windows.
    there.write('drizzle/0000_first.sql', there.read('drizzle/0000_first.sql').replaceAll('\n', '\r\n'));
    await there.ok(['import', 'drizzle']);
    expect(there.revisions()).toEqual(here.revisions());
    const again = await here.ok(['import', 'drizzle']);
    expect(again.stderr).toContain('Nothing to import');
    expect(here.revisions()).toHaveLength(here.migrations.length);
  });

  it('hold every statement as it was', async () => {
    const app = await project('postgres');
    await app.ok(['import', 'drizzle']);
    const statements: string[] = [];
    const { upgrade } = await import(
      app.path('revisions', app.revisions().find((n) => n.includes('seed')) ?? '')
    );
    await upgrade({ execute: async (sql: string) => statements.push(sql) });
    expect(statements).toEqual(
      app
        .read('drizzle/0003_seed.sql')
        .split('--> statement-breakpoint')
        .map((text) => text.trim()),
    );
  });

  it('are only printed in a dry run', async () => {
    const app = await project();
    const { stdout, stderr } = await app.ok(['import', 'drizzle', '--dry-run']);
    expect(stdout).toContain('// revisions/');
    expect(stdout).toContain("export const revision = '");
    expect(stderr).toContain('Would write 6 revisions');
    expect(existsSync(app.path('revisions'))).toBe(false);
  });

  it('grow by what drizzle-kit has written since', async () => {
    const app = await project();
    await app.ok(['import', 'drizzle']);
    addMigration(app, '0006_more', "INSERT INTO users (full_name, email) VALUES ('Cy', 'cy@example.com');");
    const { stdout } = await app.ok(['import', 'drizzle', '--json']);
    const fresh = JSON.parse(stdout).revisions.filter((each: { new: boolean }) => each.new);
    expect(fresh).toHaveLength(1);
    expect(app.revisions()).toHaveLength(7);
    await app.ok(['upgrade', 'head']);
  });

  it('are refused beside revisions of another origin', async () => {
    const app = await project();
    await app.ok(['create', '-m', 'own']);
    expect(await refusal(app)).toMatchObject({ code: 'REV_EXISTS' });
    expect(app.revisions()).toHaveLength(1);
  });

  it('may have revisions on top, until drizzle-kit writes another migration', async () => {
    const app = await project();
    await app.ok(['import', 'drizzle']);
    await app.ok(['create', '-m', 'own']);
    await app.ok(['import', 'drizzle']);
    addMigration(app, '0006_more', 'DELETE FROM users;');
    expect((await refusal(app)).message).toContain('not imported');
    expect(app.revisions()).toHaveLength(7);
  });

  it('are named as the project names its own', async () => {
    const app = await project();
    app.write(
      'alembic.config.ts',
      app.read('alembic.config.ts').replace('schema:', "fileTemplate: '{year}{month}_{slug}_{id}', schema:"),
    );
    await app.ok(['import', 'drizzle']);
    expect(app.revisions()[0]).toMatch(/^202611_drop_tags_[0-9a-f]{12}\.ts$/);
  });

  it('go through a template of the project, also where it writes functions in another way', async () => {
    const app = await project();
    app.write(
      'own.tmpl',
      [
        // biome-ignore-start lint/suspicious/noTemplateCurlyInString: the places of a template
        '${imports}',
        'export const revision = ${id};',
        'export const downRevision = ${down_revision};',
        'export const branchLabels = ${branch_labels};',
        'export const dependsOn = ${depends_on};',
        'export const upgrade = async (${upgrade_op}) => {${upgrade}};',
        'export const downgrade = async (${downgrade_op}) => {${downgrade}};',
        // biome-ignore-end lint/suspicious/noTemplateCurlyInString: the places of a template
      ].join('\n'),
    );
    app.write(
      'alembic.config.ts',
      app.read('alembic.config.ts').replace('schema:', "template: './own.tmpl', schema:"),
    );
    await app.ok(['import', 'drizzle']);
    await app.ok(['upgrade', 'head']);
    expect(source(app, 'seed')).toMatch(
      /downgrade = async \(\) => \{\n {2}throw new Error\('written by hand/,
    );
  });
});

describe('the way back', () => {
  it('is left out where drizzle-kit is not installed', async () => {
    const app = await project('sqlite', '0.45', { without: ['drizzle-kit'] });
    rmSync(app.path('drizzle.config.ts'));
    const { stderr } = await app.ok(['import', 'drizzle']);
    expect(stderr).toContain('Without downgrade, 6 of 6');
    expect(source(app, 'first')).toContain(
      '// No downgrade: drizzle-kit, which could derive one, is not installed',
    );
    await app.ok(['upgrade', 'head']);
  });

  it.each(['sqlite', 'postgres'] as const)(
    'is found by drizzle-kit 1.x for the folder of 0.31 as well, on %s',
    async (dialect) => {
      const app = await project(dialect, '0.45', { kit: '1.x' });
      await app.ok(['import', 'drizzle']);
      // 1.x names keys on SQLite which 0.31 leaves without.
      const isKey = (kind: unknown) => kind === 'foreignKey' || kind === 'primaryKey';
      const catalog = async () =>
        JSON.parse(JSON.stringify(await app.database.catalog()), (_key, value) =>
          dialect === 'sqlite' && isKey(value?.kind) ? { ...value, name: null } : value,
        );
      const ids = (await app.ok(['history', '--json'])).stdout;
      const revisions: { id: string; message: string }[] = JSON.parse(ids).revisions.toReversed();
      for (const { id, message } of revisions) {
        const before = await catalog();
        await upgrade({ cwd: app.folder, target: id });
        if (message === 'seed') continue;
        await downgrade({ cwd: app.folder, target: '-1' });
        expect(await catalog(), message).toEqual(before);
        await upgrade({ cwd: app.folder, target: id });
      }
    },
  );

  it('is not sought by drizzle-kit 0.31 in a folder of 1.x', async () => {
    const app = await project('sqlite', '1.x', { kit: '0.45' });
    const { stderr } = await app.ok(['import', 'drizzle']);
    expect(stderr).toContain('the migrations are of drizzle-kit 1.x, and the project has drizzle-kit 0.31');
  });

  it('is left out where the chain of snapshots is broken, and says so', async () => {
    const app = await project();
    rmSync(app.path('drizzle/meta/0001_snapshot.json'));
    const { stdout } = await app.ok(['import', 'drizzle', '--json']);
    const reasons = JSON.parse(stdout).revisions.map((each: { reason: string | null }) => each.reason);
    expect(reasons[1]).toBe('there is no snapshot of it');
    expect(reasons[2]).toBe('there is no snapshot of the migration before it');
    expect(reasons[4]).toBeNull();
  });

  it('is left out where drizzle-kit does not load', async () => {
    const app = await project('sqlite', '0.45', { without: ['drizzle-kit'] });
    const kit = 'node_modules/drizzle-kit';
    app.write(
      `${kit}/package.json`,
      JSON.stringify({ name: 'drizzle-kit', exports: { './api': './api.cjs' } }),
    );
    app.write(`${kit}/api.cjs`, "require('a-package-that-is-not-there');");
    app.write('drizzle.config.ts', "export default { dialect: 'sqlite', out: './drizzle' };");
    const { stderr } = await app.ok(['import', 'drizzle']);
    expect(stderr).toContain(
      "0000_first: drizzle-kit failed on it: Cannot find module 'a-package-that-is-not-there'",
    );
  });

  it('survives a drizzle-kit that ends its process', async () => {
    const app = await project('sqlite', '0.45', { without: ['drizzle-kit'] });
    const kit = 'node_modules/drizzle-kit';
    app.write(
      `${kit}/package.json`,
      JSON.stringify({ name: 'drizzle-kit', exports: { './api': './api.cjs' } }),
    );
    app.write(
      `${kit}/api.cjs`,
      `exports.generateSQLiteDrizzleJson = async () => ({ id: 'empty', tables: {} });
       exports.generateSQLiteMigration = async (cur) => {
         if (cur.tables.tags) { console.log('Duplicate index'); process.exit(1); }
         return ['select 1;'];
       };`,
    );
    app.write('drizzle.config.ts', "export default { dialect: 'sqlite', out: './drizzle' };");
    const { stdout } = await app.ok(['import', 'drizzle', '--json']);
    const reasons = JSON.parse(stdout).revisions.map((each: { reason: string | null }) => each.reason);
    expect(reasons[0]).toBeNull();
    expect(reasons[1]).toBe('drizzle-kit ended with code 1: Duplicate index');
    expect(reasons[5]).toBeNull();
  });
});

describe('what a revision does', () => {
  it('keeps the rows that refer to a table which drizzle-kit rebuilds', async () => {
    const app = await project();
    await app.ok(['import', 'drizzle']);
    const ids: { id: string; message: string }[] = JSON.parse(
      (await app.ok(['history', '--json'])).stdout,
    ).revisions;
    const id = (message: string) => ids.find((each) => each.message === message)?.id ?? '';
    await app.ok(['upgrade', id('seed')]);
    changeFile(
      app.database.url,
      "insert into tags values (1, 'x'); insert into post_tags select id, 1 from articles",
    );
    const count =
      'select (select count(*) from articles) as articles, (select count(*) from post_tags) as tags';
    expect(await app.database.query(count)).toEqual([{ articles: 1, tags: 1 }]);
    await app.ok(['upgrade', id('tighten')]);
    expect(await app.database.query(count)).toEqual([{ articles: 1, tags: 1 }]);
    await app.ok(['downgrade', '-1', '--yes']);
    expect(await app.database.query(count)).toEqual([{ articles: 1, tags: 1 }]);
  });

  it('runs outside a transaction where a statement must', async () => {
    const app = await project('postgres');
    addMigration(app, '0007_quick', 'CREATE INDEX CONCURRENTLY "users_born" ON "users" ("born");');
    const { stderr } = await app.ok(['import', 'drizzle']);
    expect(stderr).toContain('0007_quick runs outside a transaction');
    expect(source(app, 'quick')).toContain('export const transactional = false;');
    await app.ok(['upgrade', 'head']);
    expect(await app.database.query("select 1 as x from pg_class where relname = 'users_born'")).toHaveLength(
      1,
    );
  });

  it.each(['sqlite', 'postgres'] as const)(
    'runs a file without breakpoints as a whole, on %s',
    async (dialect) => {
      const app = await project(dialect);
      const insert = (name: string) =>
        `INSERT INTO users (full_name, email) VALUES ('${name}; it''s', '${name}@example.com');`;
      addMigration(app, '0007_two', `-- two; of them\n${insert('x')}\n${insert('y')}\n`);
      await app.ok(['import', 'drizzle']);
      await app.ok(['upgrade', 'head']);
      expect(await app.database.query('select 1 as x from users')).toHaveLength(4);
    },
  );
});

describe('a stamp', () => {
  it('takes an edited migration by its date, and says so', async () => {
    const app = await project();
    await app.database.migrate(app.path('drizzle'));
    app.write('drizzle/0005_drop_tags.sql', `-- why\n${app.read('drizzle/0005_drop_tags.sql')}`);
    const { stderr } = await app.ok(['import', 'drizzle', '--stamp']);
    expect(stderr).toContain('0005_drop_tags is not as it was when it ran');
    expect((await app.ok(['current'])).stdout).toContain('drop tags');
  });

  it('passes over a row that nothing fits, with a warning', async () => {
    const app = await project();
    await app.database.migrate(app.path('drizzle'), 2);
    changeFile(app.database.url, "insert into __drizzle_migrations (hash, created_at) values ('abcdef', 5)");
    const { stderr } = await app.ok(['import', 'drizzle', '--stamp']);
    expect(stderr).toContain('fits no migration');
    expect((await app.ok(['current'])).stdout).toContain('tags and age');
  });

  it('is refused where nothing fits, or one in the middle is missing; then no file is written', async () => {
    const app = await project();
    await app.database.migrate(app.path('drizzle'));
    changeFile(app.database.url, 'delete from __drizzle_migrations where rowid = 3');
    const gap = await refusal(app, '--stamp');
    expect(gap).toMatchObject({ code: 'REV_IMPORT', data: { missing: '0002_rename_things' } });
    changeFile(app.database.url, "update __drizzle_migrations set hash = 'x', created_at = 1");
    expect((await refusal(app, '--stamp')).message).toContain('No row');
    expect(existsSync(app.path('revisions'))).toBe(false);
  });

  it('warns where there are no books of drizzle', async () => {
    const app = await project();
    const { stderr } = await app.ok(['import', 'drizzle', '--stamp']);
    expect(stderr).toContain('has no table __drizzle_migrations');
    expect((await app.ok(['current'])).stdout).toBe('');
  });

  it('warns where the books are empty', async () => {
    const app = await project();
    changeFile(app.database.url, 'create table __drizzle_migrations (id, hash, created_at)');
    const { stderr } = await app.ok(['import', 'drizzle', '--stamp']);
    expect(stderr).toContain('__drizzle_migrations is empty');
  });

  it('finds the books where drizzle.config.ts says that they are, and tells how to leave them alone', async () => {
    const app = await project('postgres');
    app.write(
      'drizzle.config.ts',
      "export default { dialect: 'postgresql', out: './drizzle', migrations: { table: 'books', schema: 'public' } };",
    );
    await app.database.migrate(app.path('drizzle'), 2);
    await app.database.query('alter table drizzle.__drizzle_migrations set schema public');
    await app.database.query('alter table public.__drizzle_migrations rename to books');
    const { stderr } = await app.ok(['import', 'drizzle', '--stamp']);
    expect((await app.ok(['current'])).stdout).toContain('tags and age');
    expect(stderr).toContain("exclude: ['books']");
    await app.ok(['upgrade', 'head']);
    app.write(
      'alembic.config.ts',
      app.read('alembic.config.ts').replace('schema:', "exclude: ['books'], schema:"),
    );
    expect((await app.ok(['check'])).stderr).toContain('No changes');
  });
});

describe('a folder', () => {
  it('of another dialect is refused', async () => {
    const app = await project();
    const journal = app.read('drizzle/meta/_journal.json');
    app.write('drizzle/meta/_journal.json', journal.replace('"sqlite"', '"postgresql"'));
    expect(await refusal(app)).toMatchObject({ code: 'REV_IMPORT' });
    expect(existsSync(app.path('revisions'))).toBe(false);
  });

  it('is named on the command line, relative to the working directory', async () => {
    const app = await project();
    app.copy('test/fixtures/drizzle-kit/sqlite-0.31/drizzle', 'elsewhere');
    rmSync(app.path('drizzle'), { recursive: true });
    await app.ok(['import', 'drizzle', 'elsewhere']);
    expect((await app.rev(['import', 'prisma'])).stderr).toContain('REV_USAGE');
  });

  it('is found by rev init', async () => {
    const app = await project();
    rmSync(app.path('alembic.config.ts'));
    const { stderr } = await app.ok(['init']);
    expect(stderr).toContain('rev import drizzle');
    expect(stderr).not.toContain('--autogenerate');
  });
});
