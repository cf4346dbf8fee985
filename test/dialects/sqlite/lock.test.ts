import { mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { Driver } from '../../../src/dialects/dialect.js';
import { sqlite } from '../../../src/dialects/sqlite/index.js';
import { openSqlite, temporaryFolder } from '../../support/sqlite.js';
import { describeOfFiles, openFile, sqliteDrivers } from '../../support/sqlite-file.js';

/** The lock between transactions keeps out whoever works on the same file, whatever they call it. */

const key = { schema: null, name: 'alembic_version' };

async function take(driver: Driver): Promise<boolean> {
  const release = await (await sqlite.lockBetween(driver, key)).take();
  if (release) onTestFinished(release);
  return release !== null;
}

describeOfFiles('a database that is reached by a link', () => {
  it.each(['file', 'folder', 'file that is not there yet', 'link'])('of a %s has one lock', async (what) => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'real'));
    const file = join(folder, 'real', 'app.db');
    if (!what.includes('not there')) openFile(file).exec('create table t (n integer)');
    let link = join(folder, 'link.db');
    if (what === 'folder') {
      symlinkSync('real', join(folder, 'other'));
      link = join(folder, 'other', 'app.db');
    } else {
      symlinkSync(join('real', 'app.db'), link);
      if (what === 'link') {
        symlinkSync(link, join(folder, 'second.db'));
        link = join(folder, 'second.db');
      }
    }
    expect(await take(await openSqlite(link))).toBe(true);
    expect(await take(await openSqlite(file))).toBe(false);
    expect(await take(await openSqlite(link))).toBe(false);
    expect(readdirSync(folder).join()).not.toContain('-lock');
    expect(readdirSync(join(folder, 'real'))).toContain('app.db-rev-lock');
  });

  it.runIf(sqliteDrivers.includes('libsql'))('and handed in by a program has the same one', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'real'));
    symlinkSync(join('real', 'app.db'), join(folder, 'link.db'));
    const Database = createRequire(import.meta.url)('libsql');
    const connection = new Database(join(folder, 'link.db'));
    onTestFinished(() => connection.close());
    expect(await take(await openSqlite('', { connection }))).toBe(true);
    // Of two packages in one process neither would see the other's lock.
    const other = await openSqlite(join(folder, 'real', 'app.db'), { driver: 'libsql' });
    expect(await take(other)).toBe(false);
  });
});
