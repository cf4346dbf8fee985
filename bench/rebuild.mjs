/**
 * The rebuild of a table of a million rows, against the bare SQL of it by the same driver package and, where it is
 * installed, by the sqlite3 shell. Each in a process of its own, in turns; the median.
 *
 *   npm run build && node bench/rebuild.mjs [rows] [rounds]
 */

import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findOpener } from '../dist/dialects/sqlite/open.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const [rows = 1_000_000, rounds = 5] = process.argv.slice(2).map(Number);
const folder = mkdtempSync(join(tmpdir(), 'rev-bench-'));
const base = join(folder, 'base.db');
const work = join(folder, 'work.db');

const bare = `BEGIN IMMEDIATE;
CREATE TABLE n (id INTEGER PRIMARY KEY, name VARCHAR(40) NOT NULL, n INT, x REAL);
INSERT INTO n (id, name, n, x) SELECT id, name, n, x FROM t;
DROP TABLE t;
ALTER TABLE n RENAME TO t;
CREATE INDEX t_n ON t (n);
COMMIT;`;

/** What runs in a process of its own: it opens the file, does its work and prints its time and its memory. */
const common = `
  const { sqlite } = await import(${JSON.stringify(`${root}dist/dialects/sqlite/index.js`)});
  const { findOpener } = await import(${JSON.stringify(`${root}dist/dialects/sqlite/open.js`)});
  const [file] = process.argv.slice(1);
  const from = ${JSON.stringify(root)};
  const done = (start) => console.log(JSON.stringify({ time: performance.now() - start, memory: process.resourceUsage().maxRSS / 1024 }));
  const change = async (to) => {
    const driver = await sqlite.connect({ url: file, from });
    const start = performance.now();
    const operation = { kind: 'alterTable', table: { schema: null, name: 't' }, changes: [{ kind: 'alterColumn', name: 'name', to }] };
    await driver.transaction(async () => {
      const catalog = await sqlite.inspect(driver, { includes: () => true });
      await driver.runAll(sqlite.compile(operation, catalog, { serverVersion: driver.serverVersion }));
    });
    done(start);
    await driver.close();
  };`;

const ways = {
  'bare SQL, same driver': () =>
    node(`const database = findOpener({ url: file, from })(file, 5000);
      const start = performance.now();
      database.exec(${JSON.stringify(bare)});
      done(start);`),
  'rev, rebuild (new type)': () => node(`await change({ type: 'VARCHAR(40)' });`),
  'rev, no copy (new default)': () => node(`await change({ default: { kind: 'literal', value: 'new' } });`),
  'rev, no copy (NOT NULL dropped)': () => node('await change({ nullable: true });'),
  ...(spawnSync('sqlite3', ['-version']).status === 0
    ? {
        'bare SQL, sqlite3 shell': () => {
          const start = performance.now();
          execFileSync('sqlite3', [work], { input: bare });
          return { time: performance.now() - start, memory: null };
        },
      }
    : {}),
};

function node(text) {
  const args = ['--input-type=module', '-e', common + text, work];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' }));
}

function prepare() {
  const database = findOpener({ url: base, from: root })(base, 5000);
  database.exec(`CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT NOT NULL, n INT, x REAL);
    WITH RECURSIVE s (v) AS (SELECT 1 UNION ALL SELECT v + 1 FROM s WHERE v < ${rows})
    INSERT INTO t SELECT v, 'name ' || v || ', and more text of a row', v * 7 % 1000003, v / 3.0 FROM s;
    CREATE INDEX t_n ON t (n);`);
  database.close();
}

function median(values) {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

try {
  prepare();
  const results = new Map(Object.keys(ways).map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, run] of Object.entries(ways)) {
      for (const end of ['-journal', '-wal', '-shm']) rmSync(work + end, { force: true });
      copyFileSync(base, work);
      results.get(name).push(run());
    }
  }
  const unit = median(results.get('bare SQL, same driver').map(({ time }) => time));
  console.log(`${rows.toLocaleString('en')} rows, the median of ${rounds}`);
  for (const [name, list] of results) {
    const time = median(list.map((each) => each.time));
    const memory = list[0].memory === null ? '' : `${Math.round(median(list.map((each) => each.memory)))} MB`;
    console.log(
      `${name.padEnd(34)}${`${Math.round(time)} ms`.padStart(9)}${`${(time / unit).toFixed(2)} ×`.padStart(9)}${memory.padStart(9)}`,
    );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
