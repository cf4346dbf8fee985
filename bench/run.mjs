/**
 * How long it takes to run 1, 100 and 1,000 small revisions, against the same SQL by the database's own client: in one
 * transaction, and (the fair limit) with one for each revision. And against a bare Node program that loads the same
 * modules and runs their statements with a commit for each: what no runner in Node can go below. Needs `psql` and `sqlite3`.
 *
 *   npm run build && [REV_BENCH_SQLITE=libsql] node bench/run.mjs [rounds] [postgres://user:password@host/postgres]
 *
 * SQLite is run by better-sqlite3, the first choice, unless REV_BENCH_SQLITE says otherwise. Without a URL only SQLite is measured. With one, databases named rev_bench_… are made there and dropped. The runs are
 * interleaved, so that a machine that slows down slows all of them; figures are medians. The aim is 1.3 times the fair
 * limit, once the start of the process is taken off.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const rounds = Number(process.argv[2] ?? 7);
const server = process.argv[3];
const counts = (process.env.REV_BENCH_COUNTS ?? '1,100,1000').split(',').map(Number);
const driver = process.env.REV_BENCH_SQLITE ?? 'better-sqlite3';
const rev = resolve('dist/cli/main.js');
const folder = mkdtempSync(join(tmpdir(), 'rev-bench-'));
mkdirSync(join(folder, 'node_modules'));
for (const name of ['postgres', driver, 'drizzle-orm', 'drizzle-alembic']) {
  const target = name === 'drizzle-alembic' ? '.' : `node_modules/${name}`;
  symlinkSync(resolve(target), join(folder, 'node_modules', name));
}
writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');

function project(dialect, count) {
  const path = join(folder, `${dialect}-${count}`);
  mkdirSync(join(path, 'revisions'), { recursive: true });
  writeFileSync(
    join(path, 'alembic.config.mjs'),
    `export default { dialect: '${dialect}', driver: '${dialect === 'sqlite' ? driver : 'postgres'}', url: process.env.BENCH_URL, schema: './schema' };`,
  );
  for (let number = 1; number <= count; number += 1) {
    const id = number.toString(16).padStart(12, '0');
    const down = number === 1 ? 'null' : `'${(number - 1).toString(16).padStart(12, '0')}'`;
    writeFileSync(
      join(path, 'revisions', `${id}_small.mjs`),
      `export const revision = '${id}';
export const downRevision = ${down};
export async function upgrade(op) {
  await op.execute('create table t${number} (id integer primary key, name text not null)');
  await op.execute('create index t${number}_name on t${number} (name)');
  await op.execute("insert into t${number} values (1, 'one')");
}
`,
    );
  }
  return path;
}

writeFileSync(
  join(folder, 'bare.mjs'),
  `import { readdirSync } from 'node:fs';
const [dialect, url] = process.argv.slice(2);
const files = readdirSync('revisions').sort();
const modules = await Promise.all(files.map((file) => import(\`\${process.cwd()}/revisions/\${file}\`)));
if (dialect === 'sqlite') {
  const { default: Database } = await import('${driver}');
  const database = new Database(url);
  const op = { execute: async (text) => database.prepare(text).run() };
  database.exec('create table version (id text)');
  for (const { revision, upgrade } of modules) {
    database.exec('begin immediate');
    await upgrade(op);
    database.prepare('insert into version values (?)').run(revision);
    database.exec('commit');
  }
} else {
  const { default: postgres } = await import('postgres');
  const sql = postgres(url, { max: 1 });
  await sql.unsafe('create table version (id text)');
  for (const { revision, upgrade } of modules) {
    await sql.begin(async (sql) => {
      await upgrade({ execute: (text) => sql.unsafe(text) });
      await sql\`insert into version values (\${revision})\`;
    });
  }
  await sql.end();
}
`,
);

function run(program, args, options = {}) {
  const start = process.hrtime.bigint();
  const { status, stdout, stderr } = spawnSync(program, args, {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    ...options,
  });
  const milliseconds = Number(process.hrtime.bigint() - start) / 1e6;
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} exited ${status}\n${stderr}`);
  return { milliseconds, stdout };
}

/** A database for one measurement, and the client's way to run a script on it. */
const places = {
  sqlite: {
    make: (name) => join(folder, `${name}.db`),
    drop: (url) => rmSync(url, { force: true }),
    client: (url, script) => run('sqlite3', ['-bail', url], { input: script }),
  },
  postgres: {
    make(name) {
      run('psql', ['-Xqd', server, '-c', `create database ${name}`]);
      const url = new URL(server);
      url.pathname = `/${name}`;
      return url.href;
    },
    drop: (url) => run('psql', ['-Xqd', server, '-c', `drop database ${new URL(url).pathname.slice(1)}`]),
    client: (url, script) =>
      run('psql', ['-Xqd', url, '-v', 'ON_ERROR_STOP=1', '-f', '-'], { input: script }),
  },
};

/** One transaction around all, instead of one for each revision. */
function together(script) {
  return `BEGIN;\n${script.replace(/^(?:BEGIN(?: IMMEDIATE)?|COMMIT|PRAGMA foreign_keys = \w+);$/gm, '')}COMMIT;\n`;
}

const median = (list) => list.sort((a, b) => a - b)[Math.floor(list.length / 2)];
const cell = (number, digits, unit) => `${number.toFixed(digits).padStart(8)} ${unit}`;

try {
  console.log(
    [
      'database',
      'revisions',
      'rev',
      'start',
      'one commit',
      'commit each',
      'bare Node',
      'rev - start / commit each',
    ]
      .map((title) => title.padStart(11))
      .join(' '),
  );
  for (const dialect of server ? ['sqlite', 'postgres'] : ['sqlite']) {
    const place = places[dialect];
    for (const count of counts) {
      const cwd = project(dialect, count);
      const script = run(process.execPath, [rev, 'upgrade', 'head', '--sql'], { cwd }).stdout;
      const one = together(script);
      const times = { rev: [], start: [], one: [], each: [], bare: [] };
      for (let round = -1; round < rounds; round += 1) {
        const measured = {};
        const name = `rev_bench_${process.pid}_${count}`;
        const withDatabase = (work) => {
          const url = place.make(name);
          try {
            return work(url);
          } finally {
            place.drop(url);
          }
        };
        withDatabase((url) => {
          const env = { ...process.env, BENCH_URL: url };
          measured.rev = run(process.execPath, [rev, 'upgrade', 'head'], { cwd, env }).milliseconds;
          // Nothing to do: what a process costs that reads the files and asks the database.
          measured.start = run(process.execPath, [rev, 'upgrade', 'head'], { cwd, env }).milliseconds;
        });
        measured.one = withDatabase((url) => place.client(url, one).milliseconds);
        measured.each = withDatabase((url) => place.client(url, script).milliseconds);
        measured.bare = withDatabase(
          (url) => run(process.execPath, [join(folder, 'bare.mjs'), dialect, url], { cwd }).milliseconds,
        );
        if (round >= 0) for (const [key, value] of Object.entries(measured)) times[key].push(value);
      }
      const [whole, start, single, each, bare] = [
        times.rev,
        times.start,
        times.one,
        times.each,
        times.bare,
      ].map(median);
      console.log(
        [
          dialect.padStart(11),
          String(count).padStart(11),
          cell(whole, 0, 'ms'),
          cell(start, 0, 'ms'),
          cell(single, 0, 'ms'),
          cell(each, 0, 'ms'),
          cell(bare, 0, 'ms'),
          cell((whole - start) / each, 2, '×'),
        ].join(' '),
      );
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
