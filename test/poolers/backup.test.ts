import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { pgBouncer } from '../support/pgbouncer.js';
import { freshDatabase } from '../support/postgres.js';
import { config, refused, revision, sqliteProject } from '../support/refusals.js';

/** Backups and restores would set things in the pooler's sessions that others get next. */

describe('behind a pooler of transactions, with a lease', () => {
  it('backups, runs with one, and restores are refused before anything is done', async () => {
    const database = await freshDatabase();
    const url = await pgBouncer(database.url, { mode: 'transaction' });
    const project = sqliteProject();
    config(project, { dialect: 'postgres', url, schema: './schema', schemas: [], lock: 'lease' });
    revision(project, {
      id: 'aaaa11112222',
      upgrade: "await op.createTable('t', [column('n', 'integer')]);",
      downgrade: "await op.dropTable('t');",
    });
    const tables = () => database.sql("select relname from pg_class where relkind = 'r' and oid >= 16384");
    const says = [/needs one session/, /--url/, /--no-backup/];
    await refused(project, ['backup'], 'REV_POOLER', 2, says);
    await refused(project, ['upgrade', 'head', '--backup'], 'REV_POOLER', 2, says);
    expect(await tables()).toEqual([]);
    await project.ok(['upgrade', 'head']);
    const before = await tables();
    project.write('old.dump', 'PGDMP');
    await refused(project, ['restore', 'old.dump', '--yes'], 'REV_POOLER', 2, says);
    await refused(project, ['reset', '--drop', '--backup', '--yes'], 'REV_POOLER', 2, says);
    expect(await tables()).toEqual(before);
    expect(existsSync(project.path('backups'))).toBe(false);
  });
});
