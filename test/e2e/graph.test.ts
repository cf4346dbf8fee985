import { existsSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { type UserProject, userProject } from '../support/project.js';

/** `rev graph` and `rev history --graph` as processes, on the example and on small histories. */

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

interface PageRevision {
  readonly id: string;
  readonly file: string;
  readonly docstring: string;
  readonly upgrade: PageFunction;
  readonly downgrade: PageFunction | null;
}

interface PageFunction {
  readonly operations: readonly string[];
  readonly sql: string;
  readonly problems: readonly string[];
}

/** What the page knows of each revision, newest first. */
function revisionsIn(html: string): readonly PageRevision[] {
  return JSON.parse(/<script type="application\/json" id="data">(.*)<\/script>/.exec(html)?.[1] ?? '');
}

describe('rev history --graph', () => {
  it('draws the example', async () => {
    const { stdout } = await example().ok(['history', '--graph'], { LC_ALL: 'C.UTF-8' });
    expect(`\n${stdout}`).toBe(`
●    39f42763b275  find issues by their folded title  (head)
●    bb8100a7e9bd  labels to begin with
●─╮  bac4e9475433  merge discussion and audit  (merge)
│ ●  6f9449ba7485  audit events and webhooks
● │  1d0ebcee017d  reactions and attachments
●─╯  577595f809e2  projects, issues and comments  (branch)
●    c378d3358d50  organizations, users and teams  (base)
`);
  });

  it('draws a range in ASCII where it is told to, or where the locale knows no more', async () => {
    const project = example();
    const drawn = `*-.  bac4e9475433  merge discussion and audit  (merge)
| *  6f9449ba7485  audit events and webhooks
* |  1d0ebcee017d  reactions and attachments
*-'  577595f809e2  projects, issues and comments  (branch) revises c378d3358d50
`;
    const range = ['history', '--graph', '-r', '577595f809e2:bac4e9475433'];
    expect((await project.ok([...range, '--ascii'])).stdout).toBe(drawn);
    expect((await project.ok(range, { LC_ALL: 'POSIX' })).stdout).toBe(drawn);
  });

  it('marks where the database is', async () => {
    const project = example();
    await project.ok(['upgrade', '6f9449ba7485']);
    const { stdout } = await project.ok(['history', '--graph', '-i']);
    expect(stdout).toContain('◉  6f9449ba7485  audit events and webhooks  (current)');
    expect(stdout.match(/\(current\)/g)).toHaveLength(1);
  });

  it('gives rows, lanes and lines as JSON', async () => {
    const { stdout } = await example().ok(['history', '--graph', '--json']);
    const { version, revisions, graph } = JSON.parse(stdout);
    expect(version).toBe(1);
    expect(revisions).toHaveLength(7);
    expect(graph.lanes).toBe(2);
    expect(graph.revisions[3]).toEqual({ id: '6f9449ba7485', row: 3, lane: 1, outside: [] });
    expect(graph.lines).toContainEqual({ from: 3, to: 5, lane: 1, joins: { below: 4, lane: 0 } });
  });
});

describe('rev graph', () => {
  it.each([
    ['mermaid', /^flowchart BT\n/],
    ['dot', /^digraph revisions \{\n/],
    ['svg', /^<svg xmlns/],
    ['html', /^<!doctype html>/],
  ])('prints %s, and nothing else', async (format, beginning) => {
    const { stdout, stderr } = await example().ok(['graph', '--format', format]);
    expect(stdout).toMatch(beginning);
    expect(stdout).toContain('39f42763b275');
    expect(stderr).toBe('');
  });

  it('writes a file, whose ending says what it is, and says so', async () => {
    const project = example();
    const { stdout, stderr } = await project.ok(['graph', '-o', 'history.svg']);
    expect(stdout).toBe(`${project.path('history.svg')}\n`);
    expect(stderr).toBe('Wrote history.svg\n');
    expect(project.read('history.svg')).toMatch(/^<svg /);
    expect(JSON.parse((await project.ok(['graph', '-o', 'h.dot', '--json'])).stdout)).toEqual({
      version: 1,
      format: 'dot',
      revisions: 7,
      file: project.path('h.dot'),
    });
  });

  it('takes a range', async () => {
    const { stdout } = await example().ok(['graph', '-f', 'html', '-r', 'bac4e9475433:']);
    expect(revisionsIn(stdout).map(({ id }) => id)).toEqual(['39f42763b275', 'bb8100a7e9bd', 'bac4e9475433']);
  });

  it('refuses to guess the format, and says where a file cannot be written', async () => {
    const project = example();
    const unknown = await project.rev(['graph', '-o', 'history.pdf']);
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toContain('REV_USAGE: What shall be drawn: mermaid, dot, svg or html?');
    const nowhere = await project.rev(['graph', '-o', 'no/such/folder/history.svg']);
    expect(nowhere.code).toBe(1);
    expect(nowhere.stderr).toContain('REV_UNWRITABLE');
    expect(existsSync(project.path('no'))).toBe(false);
  });

  it('shows on the page the operations and the SQL that a script would print', async () => {
    const project = example();
    const html = (await project.ok(['graph', '-f', 'html'])).stdout;
    const up = (await project.ok(['upgrade', 'head', '--sql'])).stdout;
    const down = (await project.ok(['downgrade', 'head:base', '--sql'])).stdout;
    for (const { file, docstring, upgrade, downgrade } of revisionsIn(html)) {
      expect(existsSync(project.path(file))).toBe(true);
      expect(docstring).not.toBe('');
      expect([upgrade.problems, downgrade?.problems]).toEqual([[], []]);
      // Between statements a script has a blank line.
      for (const statement of upgrade.sql.split(/;\n/)) expect(up).toContain(statement);
      for (const statement of (downgrade?.sql ?? '').split(/;\n/)) expect(down).toContain(statement);
    }
    const first = revisionsIn(html).at(-1);
    expect(first?.upgrade.operations.join('\n')).toContain('create table users');
    expect(first?.downgrade?.sql).toContain('DROP TABLE "users";');
  });

  it('draws a history that cannot be run, and one that is empty', async () => {
    const project = userProject();
    projects.push(project);
    project.write('alembic.config.ts', "export default { dialect: 'postgres', schema: './schema' };");
    project.write('revisions/.gitkeep', '');
    expect((await project.ok(['graph', '-f', 'html'])).stdout).toContain('<h1>0 revisions</h1>');
    expect((await project.ok(['history', '--graph'])).stdout).toBe('');
    project.write(
      'revisions/ffff00001111_bad.ts',
      `/**
 * bad </script>
 */
export const revision = 'ffff00001111';
export const downRevision = null;
export const branchLabels = null;
export const dependsOn = null;
export async function upgrade(op) { console.log('talk'); op.dropTable('t'); throw new Error('</script> $&'); }
`,
    );
    const { stdout } = await project.ok(['graph', '-f', 'html']);
    expect(stdout.match(/<\/script>/g)).toHaveLength(2);
    const [bad] = revisionsIn(stdout);
    expect(bad?.upgrade).toEqual({
      operations: ['drop table t'],
      sql: 'DROP TABLE "t";',
      problems: ['</script> $&'],
    });
    expect(bad?.downgrade).toBe(null);
  });
});
