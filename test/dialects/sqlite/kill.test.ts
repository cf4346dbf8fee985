import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants, copyFileSync, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { type Connection, columnOf } from '../../../src/dialects/sqlite/connections/connection.js';
import { repository } from '../../support/project.js';
import { temporaryFolder } from '../../support/sqlite.js';
import { openFile, tested } from '../../support/sqlite-file.js';

const rows = 1_000_000;
const moments = 20;

/** A process that rebuilds the table as a run does. It says when it begins. */
const program = `
  const { sqlite } = await import(${JSON.stringify(pathToFileURL(join(repository, 'dist/dialects/sqlite/index.js')).href)});
  const driver = await sqlite.connect({ url: process.argv[1], ...${JSON.stringify({ from: repository, ...tested })} });
  const change = { kind: 'alterColumn', name: 'a', to: { type: 'varchar(20)' } };
  const operation = { kind: 'alterTable', table: { schema: null, name: 't' }, changes: [change] };
  const catalog = await sqlite.inspect(driver, { includes: () => true });
  process.stdout.write('begins');
  const { serverVersion } = driver;
  await driver.transaction(() => driver.runAll(sqlite.compile(operation, catalog, { serverVersion })));
  await driver.close();
`;

async function beginRebuild(file: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', program, file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout ?? child, 'data');
  return child;
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}

function prepare(file: string, journal: string): void {
  const database = openFile(file);
  database.exec(`PRAGMA journal_mode = ${journal}`);
  database.exec('CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT, n INT)');
  database.exec(`WITH RECURSIVE s (v) AS (SELECT 1 UNION ALL SELECT v + 1 FROM s WHERE v < ${rows})
    INSERT INTO t SELECT v, 'r' || v, v % 97 FROM s`);
  database.exec('CREATE INDEX t_n ON t (n)');
  database.exec('CREATE TRIGGER t_log AFTER DELETE ON t BEGIN SELECT 1; END');
  database.close();
}

/** Which schema the file has, all the rows being there. */
function stateOf(file: string): unknown {
  const database = openFile(file);
  const one = (sql: string, from: Connection = database) => columnOf(from, sql)[0];
  try {
    expect(one('PRAGMA integrity_check')).toBe('ok');
    expect(one('SELECT count(*) FROM t')).toBe(rows);
    expect(one('SELECT sum(id) FROM t WHERE a IS NOT NULL')).toBe((rows * (rows + 1)) / 2);
    expect(columnOf(database, 'SELECT name FROM sqlite_schema ORDER BY name')).toEqual([
      'sqlite_sequence',
      't',
      't_log',
      't_n',
    ]);
    return one(`SELECT type FROM pragma_table_info('t') WHERE name = 'a'`);
  } finally {
    database.close();
  }
}

test(`killed at ${moments} moments of a rebuild of ${rows} rows, the file is whole, before or after it`, async () => {
  expect(existsSync(join(repository, 'dist/dialects/sqlite/index.js')), 'npm run build').toBe(true);
  const folder = temporaryFolder();
  const prepared = ['delete', 'wal'].map((journal) => {
    const path = join(folder, `${journal}.db`);
    prepare(path, journal);
    return path;
  });
  // Each in a file of its own: a package may keep a file open for a while after it was closed.
  const copy = (number: number) => {
    const file = join(folder, `work ${number}.db`);
    copyFileSync(prepared[number % 2] ?? '', file, constants.COPYFILE_FICLONE);
    return file;
  };
  const whole = copy(moments);
  const started = performance.now();
  await ended(await beginRebuild(whole));
  const longest = performance.now() - started;
  expect(stateOf(whole)).toBe('varchar(20)');

  const states = new Map<unknown, number>();
  for (let moment = 0; moment < moments; moment += 1) {
    const file = copy(moment);
    const child = await beginRebuild(file);
    // Each in a part of its own of the time that it takes, the last after its end.
    await sleep((longest * (moment + Math.random())) / moments);
    child.kill('SIGKILL');
    await ended(child);
    const state = stateOf(file);
    states.set(state, (states.get(state) ?? 0) + 1);
    rmSync(file);
  }
  expect([...states.keys()].filter((type) => type !== 'TEXT' && type !== 'varchar(20)')).toEqual([]);
  expect(states.get('TEXT')).toBeGreaterThan(moments / 3);
}, 300_000);
