import { afterAll, describe, expect, it } from 'vitest';
import { postgres } from '../../src/dialects/postgres/index.js';
import { sqlite } from '../../src/dialects/sqlite/index.js';
import { psql, sqlite3 } from '../support/clients.js';
import { type Contents, databaseContents } from '../support/database-state.js';
import { faultHistory } from '../support/fault-history.js';
import { faultProject } from '../support/fault-project.js';
import { freshDatabase } from '../support/postgres.js';
import { type UserProject, userProject } from '../support/project.js';

/**
 * Scripts (`--sql`) run by the databases' own clients lead to the schema, the rows and the version rows that the run
 * leads to.
 */

const projects: UserProject[] = [];
afterAll(() => {
  for (const project of projects) project.remove();
});

function kept(project: UserProject): UserProject {
  projects.push(project);
  return project;
}

/** How a dialect's databases are made, looked at, and given scripts. */
interface Place {
  readonly fresh: (project: UserProject) => Promise<string>;
  readonly contents: (url: string) => Promise<Contents>;
  readonly client: typeof psql;
}

let files = 0;
const places: Readonly<Record<'postgres' | 'sqlite', Place>> = {
  postgres: {
    fresh: async () => (await freshDatabase()).url,
    contents: (url) => contentsOf(postgres, url),
    client: psql,
  },
  sqlite: {
    fresh: async (project) => {
      files += 1;
      return project.path(`${files}.db`);
    },
    contents: (url) => contentsOf(sqlite, url),
    client: sqlite3,
  },
};

async function contentsOf(dialect: typeof postgres, url: string): Promise<Contents> {
  const driver = await dialect.connect({ url, from: process.cwd() });
  try {
    const { catalog, ...rest } = await databaseContents(dialect, driver);
    return { ...rest, catalog: JSON.parse(JSON.stringify(catalog, withoutOwnText)) };
  } finally {
    await driver.close();
  }
}

/** SQLite keeps the text of a CREATE TABLE; a rebuild writes it anew, a run from the text that it finds. */
function withoutOwnText(key: string, value: unknown): unknown {
  return key === 'live' ? { ...(value as object), sql: undefined } : value;
}

/** A run on one database and the script of it on another one, and that both are alike then. */
class Pair {
  readonly project: UserProject;
  readonly #place: Place;
  readonly #online: string;
  readonly #offline: string;

  private constructor(project: UserProject, place: Place, online: string, offline: string) {
    this.project = project;
    this.#place = place;
    this.#online = online;
    this.#offline = offline;
  }

  static async of(project: UserProject, place: Place): Promise<Pair> {
    return new Pair(project, place, await place.fresh(project), await place.fresh(project));
  }

  /** @param from the script's start, where it needs one */
  async go(command: 'upgrade' | 'downgrade' | 'stamp', from: string, to: string, more: string[] = []) {
    const yes = command === 'downgrade' ? ['--yes'] : [];
    await this.project.ok([command, to, ...yes], { TEST_URL: this.#online });
    const { stdout } = await this.project.ok([command, `${from}:${to}`, '--sql', ...more], {
      // Of a database that is not there no script asks anything.
      TEST_URL: this.#online.replace(/[^/]+$/, 'nowhere'),
    });
    const { code, output } = await this.#place.client(this.#offline, stdout);
    expect(code, `${command} ${from}:${to}\n${output}\n${stdout}`).toBe(0);
    expect(await this.#place.contents(this.#offline), `${command} ${from}:${to}`).toEqual(
      await this.#place.contents(this.#online),
    );
  }

  contents(): Promise<Contents> {
    return this.#place.contents(this.#offline);
  }
}

/** The repository's own example, with an SQLite file. */
function example(): UserProject {
  const project = kept(userProject());
  for (const name of ['schema', 'revisions']) project.copy(name, name);
  project.write(
    'alembic.config.ts',
    "export default { dialect: 'sqlite', url: process.env.TEST_URL, schema: './schema' };",
  );
  return project;
}

/** The example's twin for PostgreSQL: its models, and two revisions that autogenerate and a person have written. */
async function twin(): Promise<UserProject> {
  const project = kept(userProject());
  project.copy('test/fixtures/tracker-postgres', 'schema');
  project.write(
    'alembic.config.ts',
    "export default { dialect: 'postgres', url: process.env.TEST_URL, schema: './schema' };",
  );
  const { url } = await freshDatabase();
  await project.ok(['create', '-m', 'everything', '--autogenerate', '--rev-id', 'everything'], {
    TEST_URL: url,
  });
  project.write(
    'revisions/rows.ts',
    `import { sql } from 'drizzle-alembic';
     export const revision = 'rows'; export const downRevision = 'everything';
     export async function upgrade(op) {
       const day = new Date('2026-11-20T12:00:00Z');
       await op.bulkInsert('organizations', [
         { name: "O'Hara \\\\ Söhne", slug: 'o-hara', public_id: '0997d64b-8dbb-4a5d-940a-c038a3331083', created_at: day },
       ]);
       await op.execute(sql\`update organizations set seats = \${7}, settings = \${{ a: [1, "it's"] }} where slug = \${'o-hara'}\`);
     }
     export async function downgrade(op) { await op.execute('delete from organizations'); }`,
  );
  return project;
}

async function idsOf(project: UserProject): Promise<{ id: string; down: string[] }[]> {
  const { stdout } = await project.ok(['history', '--json']);
  return (JSON.parse(stdout).revisions as { id: string; down: string[] }[]).reverse();
}

describe('the example', () => {
  it('is brought up and down again by sqlite3', async () => {
    const pair = await Pair.of(example(), places.sqlite);
    await pair.go('upgrade', 'base', 'head');
    expect((await pair.contents()).versions).toHaveLength(1);
    await pair.go('downgrade', 'head', 'base');
    expect(await pair.contents()).toMatchObject({ versions: [], rows: {} });
    await pair.go('upgrade', 'base', 'head', ['--guard']);
    await pair.go('downgrade', 'head', 'base', ['--guard']);
  });

  it('goes on from several version rows, and back to them', async () => {
    const project = example();
    const all = await idsOf(project);
    const merge = all.find(({ down }) => down.length > 1);
    if (!merge) throw new Error('The example has no merge.');
    const rows = merge.down.join(',');
    const pair = await Pair.of(project, places.sqlite);
    await pair.go('upgrade', 'base', merge.down[0] as string);
    await pair.go('upgrade', merge.down[0] as string, `${merge.down[1]}`);
    expect((await pair.contents()).versions).toEqual([...merge.down].sort());
    await pair.go('upgrade', rows, 'head', ['--guard']);
    await pair.go('downgrade', 'head', merge.down[0] as string, ['--guard']);
  });

  it('is brought up and down again by psql', async () => {
    const pair = await Pair.of(await twin(), places.postgres);
    await pair.go('upgrade', 'base', 'head');
    expect((await pair.contents()).rows.organizations).toHaveLength(1);
    await pair.go('downgrade', 'head', 'everything');
    await pair.go('upgrade', 'everything', 'head', ['--guard']);
    await pair.go('downgrade', 'head', 'base', ['--guard']);
    expect(await pair.contents()).toMatchObject({ versions: [], rows: {} });
  });
});

describe.each(['postgres', 'sqlite'] as const)('ten revisions of all kinds on %s', (name) => {
  const history = faultHistory(name);
  const made = () => Pair.of(kept(faultProject(name, '', history)), places[name]);

  it('are one script up, and one down', async () => {
    const pair = await made();
    await pair.go('upgrade', 'base', 'head');
    await pair.go('downgrade', 'head', 'base');
  });

  it('are a script for each, that checks where it starts', async () => {
    const pair = await made();
    const ids = ['base', ...history.map(({ id }) => id)];
    for (const [at, id] of ids.slice(1).entries()) {
      await pair.go('upgrade', ids[at] as string, id, ['--guard']);
    }
    for (const [at, id] of ids.slice(0, -1).reverse().entries()) {
      await pair.go('downgrade', ids.at(-1 - at) as string, id, ['--guard']);
    }
  });

  it('are stamped', async () => {
    const pair = await made();
    await pair.go('stamp', 'base', 'e1');
    await pair.go('stamp', 'e1', 'j1', ['--guard']);
    await pair.go('stamp', 'j1', 'b1', ['--guard']);
    await pair.go('stamp', 'b1', 'base', ['--guard']);
    expect((await pair.contents()).versions).toEqual([]);
  });
});

describe('one revision', () => {
  /** A history of one revision, by the body of its upgrade. */
  async function revision(name: 'postgres' | 'sqlite', body: string, head = ''): Promise<Pair> {
    const project = kept(userProject());
    project.write(
      'alembic.config.ts',
      `export default { dialect: '${name}', url: process.env.TEST_URL, schema: './schema' };`,
    );
    project.write(
      'revisions/one.ts',
      `import { column, primaryKey, sql } from 'drizzle-alembic';
       export const revision = 'one'; export const downRevision = null; ${head}
       export async function upgrade(op) { ${body} }`,
    );
    return Pair.of(project, places[name]);
  }

  async function refusal(name: 'postgres' | 'sqlite', body: string): Promise<string> {
    const { project } = await revision(name, body);
    const { code, stdout, stderr } = await project.rev(['upgrade', 'head', '--sql']);
    expect(code, stdout).toBe(2);
    expect(stdout).toBe('');
    return stderr;
  }

  it('has the operator ? beside values, and strings with backslashes', async () => {
    const pair = await revision(
      'postgres',
      `await op.createTable('j', [column('id', 'integer'), column('v', 'text'), column('doc', 'jsonb'), primaryKey(['id'])]);
       await op.execute(sql\`insert into j values (1, E'it\\\\'s ok? $1', \${{ k: 1 }})\`);
       await op.execute(sql\`update j set v = v || \${'new'} where doc ? 'k'\`);
       await op.backfill({ table: 'j', set: { v: sql\`v || \${'?'} || (doc ? 'k')\` }, where: sql\`doc ? \${'k'}\` });
       await op.db.execute(sql\`update j set v = v || \${'$1'} where doc ? 'k'\`);`,
    );
    await pair.go('upgrade', 'base', 'head');
    expect((await pair.contents()).rows.j).toMatchObject([expect.stringContaining("it's ok? $1new?true$1")]);
  });

  it('has lists of a backfill as their columns want them', async () => {
    const pair = await revision(
      'postgres',
      `await op.createTable('l', [column('id', 'integer'), column('n', 'integer[]'), column('t', 'text[]'),
         column('doc', 'jsonb'), column('docs', 'jsonb[]'), primaryKey(['id'])]);
       await op.bulkInsert('l', [{ id: 1 }, { id: 2 }]);
       await op.backfill({ table: 'l', set: { n: [9], t: ['a "b"', null, "it's", '\\\\'], doc: [1, 'x'], docs: [{ a: [1] }, [2]] } });
       await op.backfill({ table: 'l', set: { n: [[1, 2], [3, 4]], t: [] }, where: 'id = 2' });`,
    );
    await pair.go('upgrade', 'base', 'head');
    expect((await pair.contents()).rows.l).toMatchObject([
      expect.stringMatching(/^\[1,\[9\],/),
      expect.stringMatching(/^\[2,\[\[1,2\],\[3,4\]\],/),
    ]);
  });

  it.each(['postgres', 'sqlite'] as const)(
    'has transactions of op.db outside of its own: %s',
    async (name) => {
      const raw = name === 'postgres' ? 'execute' : 'run';
      const body = `await op.createTable('t', [column('n', 'integer')]);
       await op.autocommit(async () => {
         await op.autocommit(() => op.execute('insert into t values (1)'));
         await op.db.transaction(async (tx) => { await tx.${raw}(sql\`insert into t values (\${2})\`); });
         await op.db.transaction(async (tx) => {
           await tx.${raw}(sql\`insert into t values (3)\`);
           throw new Error('Not these');
         }).catch(() => undefined);
       });
       await op.db.transaction(async (tx) => { await tx.${raw}(sql\`insert into t values (4)\`); });`;
      for (const head of ['', 'export const transactional = false;']) {
        const pair = await revision(name, body, head);
        await pair.go('upgrade', 'base', 'head', ['--guard']);
        expect((await pair.contents()).rows.t).toHaveLength(3);
      }
    },
  );

  it('makes an enum anew with the columns that the history knows', async () => {
    const pair = await revision(
      'postgres',
      `await op.createEnum('State', ['old', 'new']);
       await op.createTable('t', [column('s', '"State"', { default: 'new' }), column('all', '"State"[]')]);
       await op.execute("insert into t values ('new', '{new}')");
       await op.renameEnum('State', 'state');
       await op.alterEnum('state', { from: ['old', 'new'], to: ['new', 'late'] });`,
    );
    await pair.go('upgrade', 'base', 'head');
    expect((await pair.contents()).rows.t).toHaveLength(1);
  });

  it.each([
    `await op.execute("create type s as enum ('a', 'b')");`,
    `await op.createEnum('s', ['a', 'b']); await op.execute('create table t (s s)');`,
  ])('asks for the columns of an enum that the history does not know: %s', async (made) => {
    const body = `${made} await op.alterEnum('s', { from: ['a', 'b'], to: ['b'] });`;
    expect(await refusal('postgres', body)).toMatch(/REV_OFFLINE: .*enum s[\s\S]*columns: \[/);
  });

  it.each(['postgres', 'sqlite'] as const)('refuses what a run refuses: %s', async (name) => {
    for (const statement of ['/* x */ COMMIT', 'select 1; begin', '-- x\nend']) {
      expect(await refusal(name, `await op.execute(${JSON.stringify(statement)});`)).toContain(
        'A revision cannot run',
      );
    }
    expect(await refusal(name, `await op.db.transaction(async () => op.autocommit(() => {}));`)).toContain(
      'inside of op.db.transaction',
    );
    const table = (more: string) =>
      `await op.createTable('t', [column('id', 'integer'), column('n', 'integer')${more}]);`;
    const fill = (more: string) => `await op.backfill({ table: 't', ${more} });`;
    expect(await refusal(name, table(", primaryKey(['id'])") + fill('set: { id: sql`id + 1` }'))).toMatch(
      /REV_OPERATION: .*would change id/,
    );
    expect(await refusal(name, table('') + fill('set: { n: 1 }'))).toMatch(/REV_OPERATION: .*no primary key/);
    expect(await refusal(name, table('') + fill("set: { n: 1 }, key: 'n'"))).toMatch(/would change n/);
  });

  it('reads the history also from inside of op.autocommit', async () => {
    const pair = await revision(
      'sqlite',
      `await op.createTable('t', [column('id', 'integer'), primaryKey(['id'])]);
       await op.autocommit(async () => { await op.addColumn('t', column('n', 'integer')); });`,
    );
    pair.project.write(
      'revisions/two.ts',
      `export const revision = 'two'; export const downRevision = 'one';
       export async function upgrade(op) {
         await op.autocommit(async () => { await op.alterColumn('t', 'n', { type: 'text' }); });
       }`,
    );
    await pair.go('upgrade', 'base', 'one');
    await pair.go('upgrade', 'one', 'two');
  });

  it.each(['postgres', 'sqlite'] as const)('leaves to the run what it cannot know: %s', async (name) => {
    const pair = await revision(
      name,
      `await op.execute('create table t (id integer primary key, n integer)');
       await op.backfill({ table: 't', set: { n: 1 } });`,
    );
    await pair.go('upgrade', 'base', 'head');
  });
});
