import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { freshDatabase } from '../support/postgres.js';
import type { UserProject } from '../support/project.js';
import { config, refused, revision, sqliteProject } from '../support/refusals.js';

/** A downgrade that was cut outside of a transaction: the version row says that its revision is there, and it is not. */

const below = 'aaaa11112222';
const half = 'bbbb11112222';

const text = new RegExp(`downgrade of revision ${half} is half done \\(operations done: 1\\)`);

async function project(name: 'sqlite' | 'postgres'): Promise<UserProject> {
  const made = sqliteProject();
  if (name === 'postgres')
    config(made, { dialect: 'postgres', url: (await freshDatabase()).url, schema: './schema' });
  revision(made, {
    id: below,
    upgrade: "await op.createTable('t', [column('n', 'integer')]);",
    downgrade: "await op.dropTable('t');",
  });
  down(made, 'insert into nowhere values (1)');
  await made.ok(['upgrade', 'head']);
  expect((await made.rev(['downgrade', '-1', '--yes'])).code).toBe(1);
  return made;
}

/** The revision whose downgrade ends with this. */
function down(made: UserProject, last: string): void {
  revision(made, {
    id: half,
    down: below,
    upgrade: "await op.addColumn('t', column('later', 'text'));",
    downgrade: `await op.autocommit(() => op.dropColumn('t', 'later')); await op.execute('${last}');`,
  });
}

async function findings(made: UserProject): Promise<readonly Record<string, unknown>[]> {
  const document = JSON.parse((await made.rev(['doctor', '--json'])).stdout);
  return (document.error?.data ?? document).findings;
}

describe.each(['sqlite', 'postgres'] as const)('a revision that is half taken down, on %s', (name) => {
  it('is said by what asks whether all is applied, until it is finished', async () => {
    const made = await project(name);
    await refused(made, ['current', '--check-heads'], 'REV_NOT_AT_HEAD', 1, [
      text,
      new RegExp(`rev downgrade ${half}@-1`),
    ]);
    const shown = await made.ok(['current', '--json']);
    expect(JSON.parse(shown.stdout)).toMatchObject({ current: [{ id: half }], atHead: false });
    expect(shown.stderr).toMatch(text);
    expect(await findings(made)).toEqual([
      expect.objectContaining({ code: 'HALF_DONE', message: expect.stringMatching(text), fixable: false }),
    ]);
    made.write(
      'start.mjs',
      `import { assertUpToDate, upgrade } from 'drizzle-alembic';
       for (const call of [assertUpToDate, upgrade]) await call().catch(({ code }) => console.log(code));`,
    );
    expect(execFileSync(process.execPath, ['start.mjs'], { cwd: made.folder, encoding: 'utf8' })).toBe(
      'REV_NOT_AT_HEAD\nREV_RESUME\n',
    );
    down(made, 'select 1');
    await made.ok(['downgrade', `${half}@-1`, '--yes']);
    expect(await findings(made)).toEqual([]);
    await made.ok(['upgrade', 'head']);
    await made.ok(['current', '--check-heads']);
  });

  it('stops an upgrade that is to end with it, and no other one', async () => {
    const made = await project(name);
    revision(made, { id: 'eeee11112222' });
    for (const target of ['heads', half, `${below}+1`])
      await refused(made, ['upgrade', target], 'REV_RESUME', 4, [text, /Nothing was run/]);
    await refused(made, ['upgrade', 'heads', '--dry-run'], 'REV_RESUME', 4, [text]);
    expect((await made.ok(['upgrade', below])).stderr).toMatch(text);
    for (const _time of [1, 2]) expect((await made.ok(['upgrade', 'eeee11112222'])).stderr).toMatch(text);
    // To finish it takes nothing else down.
    down(made, 'select 1');
    await made.ok(['downgrade', `${half}@-1`, '--yes']);
    const { current } = JSON.parse((await made.ok(['current', '--json'])).stdout);
    expect(current.map(({ id }: { id: string }) => id).sort()).toEqual([below, 'eeee11112222']);
  });

  it.each([
    ['it is there', [half], half],
    ['it is gone', [below], below],
    ['nothing is there', ['base'], ''],
  ])('is over when a stamp says that %s', async (_what, targets, row) => {
    const made = await project(name);
    await made.ok(['stamp', ...targets]);
    const { current } = JSON.parse((await made.ok(['current', '--json'])).stdout);
    expect(current.map(({ id }: { id: string }) => id)).toEqual(row ? [row] : []);
    expect(await findings(made)).toEqual([]);
    if (row === half) await made.ok(['upgrade', 'head']);
  });

  it('is not over by a stamp of another branch', async () => {
    const made = await project(name);
    revision(made, { id: 'eeee11112222' });
    await made.ok(['stamp', 'eeee11112222']);
    expect((await findings(made)).map(({ code }) => code)).toEqual(['HALF_DONE']);
    await made.ok(['stamp', 'eeee11112222@base']);
    expect((await findings(made)).map(({ code }) => code)).toEqual(['HALF_DONE']);
  });

  it('whose file is gone is in nobody’s way once the version rows are right', async () => {
    const made = await project(name);
    rmSync(made.path(`revisions/${half}_made_by_hand.ts`));
    expect((await findings(made)).map(({ code }) => code)).toEqual(['ROW_UNKNOWN', 'HALF_DONE']);
    await made.ok(['stamp', below, '--purge']);
    expect(await findings(made)).toEqual([]);
    expect((await made.ok(['upgrade', 'heads'])).stderr).not.toMatch(/half done/);
  });
});
