import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { downgrade, stamp, upgrade } from '../../src/index.js';
import { smallProject } from '../support/small-project.js';
import { temporaryFolder } from '../support/sqlite.js';

/** What a program in JavaScript may hand in, which no compiler has looked at. */

const odd = 'throw Object.create(null);';

function given(revision = ''): string {
  const url = join(temporaryFolder(), 'app.db');
  return smallProject(
    `export default { dialect: 'sqlite', url: ${JSON.stringify(url)}, schema: './schema' };`,
    { a1: `export function upgrade() { ${revision} }` },
  );
}

const times = ['lockTimeout', 'statementTimeout', 'lockWait'] as const;

describe('a value of the wrong kind is REV_USAGE, by its name', () => {
  it.each([
    ...times.flatMap((name) =>
      ['x', -1, 1.5, Number.NaN, 99_999_999_999].map((value) => ({ [name]: value })),
    ),
    { lockRetries: 'often' },
    { resume: 'maybe' },
    { target: 5 },
    { target: ['a1'] },
  ])('upgrade(%o)', async (options) => {
    const [name = ''] = Object.keys(options);
    await expect(upgrade({ cwd: given(), ...(options as object) })).rejects.toMatchObject({
      code: 'REV_USAGE',
      message: expect.stringContaining(name),
      hint: expect.any(String),
    });
  });

  it.each([undefined, {}, { target: null }, { target: 7 }])('downgrade and stamp(%o)', async (options) => {
    const cwd = given();
    const asked = options === undefined ? undefined : { cwd, ...options };
    for (const command of [downgrade, stamp] as ((options: unknown) => Promise<unknown>)[])
      await expect(command(asked)).rejects.toMatchObject({
        code: 'REV_USAGE',
        message: expect.stringContaining('target'),
      });
  });

  it('and what is right is taken', async () => {
    const result = await upgrade({ cwd: given(), lockTimeout: 0, lockWait: 2_147_483_647, lockRetries: 0 });
    expect(result.after).toEqual(['a1']);
  });
});

describe('what cannot be made a text is thrown', () => {
  it('by a revision', async () => {
    await expect(upgrade({ cwd: given(odd) })).rejects.toMatchObject({ code: 'REV_REVISION_FAILED' });
  });

  it.each(['beforeUpgrade', 'afterRevision', 'afterUpgrade'] as const)('by %s', async (name) => {
    const hook = () => {
      throw Object.create(null);
    };
    await expect(upgrade({ cwd: given(), runHooks: { [name]: hook } })).rejects.toMatchObject({
      code: 'REV_RUN_HOOK',
      message: expect.stringContaining(`${name} of runHooks failed: `),
    });
  });
});
