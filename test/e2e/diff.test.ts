import { afterEach, describe, expect, it } from 'vitest';
import { freshDatabase } from '../support/postgres.js';
import { type UserProject, userProject } from '../support/project.js';
import { refused } from '../support/refusals.js';
import { changeFile } from '../support/sqlite-file.js';

const projects: UserProject[] = [];
afterEach(() => {
  for (const project of projects.splice(0)) project.remove();
});

interface Example {
  readonly project: UserProject;
  /** Changes the database past all revisions. */
  change(sql: string): Promise<void>;
}

function configure(project: UserProject, dialect: string, url: string | null): void {
  const settings = { dialect, schema: './schema', ...(url === null ? {} : { url }) };
  project.write('alembic.config.ts', `export default ${JSON.stringify(settings)};\n`);
}

async function example(dialect: 'sqlite' | 'postgres'): Promise<Example> {
  const project = userProject();
  projects.push(project);
  project.copy(dialect === 'sqlite' ? 'schema' : 'test/fixtures/tracker-postgres', 'schema');
  if (dialect === 'sqlite') {
    configure(project, dialect, 'file:app.db');
    return { project, change: async (sql) => changeFile(project.path('app.db'), sql) };
  }
  const { url, sql } = await freshDatabase();
  configure(project, dialect, url);
  return {
    project,
    change: async (text) => {
      await sql(text);
    },
  };
}

describe.each(['sqlite', 'postgres'] as const)('%s', (dialect) => {
  it('models, database and history are one after an upgrade, and what changes in one is seen', async () => {
    const { project, change } = await example(dialect);
    await project.ok(['create', '-m', 'first', '--autogenerate']);
    await project.ok(['upgrade', 'head']);
    for (const sides of [[], ['models', 'live'], ['head', 'live'], ['models', 'head'], ['head', 'models']]) {
      const { stdout, stderr } = await project.ok(['diff', ...sides, '--exit-code']);
      expect([stdout, stderr], sides.join(' ')).toEqual(['', expect.stringContaining('No difference')]);
    }
    await change('alter table users add column by_hand text');
    const drift = await project.ok(['diff', 'head', 'live']);
    expect(drift.stdout).toMatch(/^--- head\n\+\+\+ live\n/);
    expect(drift.stdout).toMatch(/^\+.*by_hand/m);
    expect((await project.ok(['diff', 'live', 'models'])).stdout).toMatch(/^-.*by_hand/m);
    const json = JSON.parse((await project.ok(['diff', 'models', 'live', '--json'])).stdout);
    expect(json).toMatchObject({ version: 1, from: 'models', to: 'live' });
    expect(json.changes.join('\n')).toMatch(/by_hand/);
    expect(json.diff).toMatch(/^\+.*by_hand/m);
    await refused(project, ['diff', '--exit-code'], 'REV_DIFFERENCES', 1, [/live and models differ/]);
    expect((await project.ok(['diff', 'models', 'head'])).stdout).toBe('');
  });

  it('without a database, a history is compared by its operations and says what it cannot see', async () => {
    const { project } = await example(dialect);
    await project.ok(['create', '-m', 'first', '--autogenerate']);
    const [file = ''] = project.revisions();
    const text = project.read(`revisions/${file}`);
    project.write(`revisions/${file}`, text.replace(/^ {2}await op/m, "  await op.execute('select 1');\n$&"));
    configure(project, dialect, null);
    const { stderr } = await project.ok(['diff', 'base', 'head']);
    expect(stderr).toMatch(/runs SQL of its own/);
    await refused(project, ['diff', 'head', 'head'], 'REV_USAGE', 2);
    await refused(project, ['diff', 'live', 'head'], 'REV_CONFIG', 2, [/url/]);
    await refused(project, ['diff', 'head', 'nowhere'], 'REV_UNKNOWN_REVISION', 2);
  });
});
