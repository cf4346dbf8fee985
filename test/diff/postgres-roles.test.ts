import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { makeCatalog, type Role } from '../../src/catalog/index.js';
import { roleScope } from '../../src/config/roles.js';
import { postgres } from '../../src/dialects/postgres/index.js';
import { diff } from '../../src/diff/diff.js';
import { describe as describeOperation, invert } from '../../src/operations/index.js';
import { lines, readPg } from '../drizzle/lines.js';
import { runAll } from '../support/oracle.js';
import { session } from '../support/postgres-session.js';

/** Roles are the cluster's: each test has names of its own, and looks at no others. */

const models = (...names: readonly string[]) => names;

describe('which roles are compared', () => {
  it('is none, unless the configuration says so', () => {
    expect(roleScope({ roles: undefined }, models('a'))).toBeUndefined();
    expect(roleScope({ roles: false }, models('a'))).toBeUndefined();
  });

  it('is those of the models, or those of a pattern, but never a provider’s', () => {
    const compared = (roles: Parameters<typeof roleScope>[0]['roles']) =>
      ['a', 'app_x', 'anon', 'supabase_admin'].filter(
        (name) => roleScope({ roles }, models('a', 'anon'))?.(name) === true,
      );
    expect(compared(true)).toEqual(['a', 'anon']);
    expect(compared(['app_*'])).toEqual(['app_x']);
    expect(compared({ provider: 'supabase' })).toEqual(['a']);
    expect(compared({ include: ['*'], exclude: ['app_*'], provider: 'supabase' })).toEqual(['a']);
  });
});

describe.each(lines)('roles of the models, with drizzle-orm $line', (line) => {
  const { pg } = line;

  it('are made, changed and dropped, and only those that are looked at', async () => {
    const prefix = `rev_${randomBytes(4).toString('hex')}_`;
    const { driver, sql } = await session();
    const scope = { includes: () => true, roles: (name: string) => name.startsWith(prefix) };
    const wanted = (...roles: readonly ReturnType<typeof pg.pgRole>[]) =>
      readPg(line, { t: pg.pgTable('t', { id: pg.integer() }), ...roles }).catalog.roles;
    const change = async (roles: readonly Role[]) => {
      const live = await postgres.inspect(driver, scope);
      const models = makeCatalog({ ...live, roles });
      return diff(live, models, postgres.rules).operations;
    };
    const run = (operations: Awaited<ReturnType<typeof change>>) => runAll(postgres, driver, operations);
    const first = wanted(
      pg.pgRole(`${prefix}a`),
      pg.pgRole(`${prefix}b`, { createDb: true, inherit: false }),
    );
    const made = await change(first);
    expect(made.map(describeOperation)).toEqual([`create role ${prefix}a`, `create role ${prefix}b`]);
    await run(made);
    expect(await change(first)).toEqual([]);
    const second = wanted(
      pg.pgRole(`${prefix}b`, { createRole: true }),
      pg.pgRole('somebody_elses').existing(),
    );
    const changed = await change(second);
    expect(changed.map(describeOperation)).toEqual([`alter role ${prefix}b`, `drop role ${prefix}a`]);
    await run(changed);
    expect(await change(second)).toEqual([]);
    await run(invert(changed) ?? []);
    expect(await change(first)).toEqual([]);
    await run(invert(made) ?? []);
    expect(await change([])).toEqual([]);
    const look = await postgres.inspect(driver, { includes: () => true });
    expect(look.roles).toEqual([]);
    const own = await postgres.inspect(driver, { includes: () => true, roles: () => true });
    const [me] = await sql('select current_user as name');
    expect(own.roles.find(({ name }) => name === me?.name)?.fixed).toBe(true);
    expect(await postgres.missingRoles(driver, [String(me?.name), `${prefix}none`])).toEqual([
      `${prefix}none`,
    ]);
  });
});
