/**
 * Autogenerate on PostgreSQL as a user runs it, whole processes: from an empty database, and with a database that
 * lacks one column. Tables have 12 columns, 3 indexes, 2 foreign keys and a check each.
 *
 *   npm run build && DATABASE_URL=postgres://… node bench/autogenerate.mjs [tables…]
 *
 * A database of its own is made on that server and dropped. Round trips are counted by a relay between the two: one
 * for each time that the client speaks after the server has. If there is a pg_dump that fits the server, it is the
 * measure: the time to read the same schema.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import postgres from 'postgres';

const sizes = process.argv.slice(2).map(Number);
if (sizes.length === 0) sizes.push(10, 100, 1000, 5000);
const runs = 3;
const repository = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const rev = join(repository, 'dist/cli/main.js');
const server = new URL(process.env.DATABASE_URL ?? 'postgres://postgres@127.0.0.1/postgres');
const median = (list) => list.sort((a, b) => a - b)[Math.floor(list.length / 2)];

function models(count, extra) {
  const tables = Array.from({ length: count }, (_, n) => {
    const parent = (by) =>
      n === 0 ? `(): AnyPgColumn => t0.id` : `(): AnyPgColumn => t${Math.floor(n / by)}.id`;
    return `export const t${n} = pgTable('t${n}', {
  id: bigserial('id', { mode: 'number' }).primaryKey(),
  name: varchar('name', { length: 120 }).notNull(),
  slug: text('slug').notNull().default('none'),
  amount: numeric('amount', { precision: 12, scale: 2 }).notNull().default('0'),
  active: boolean('active').notNull().default(true),
  data: jsonb('data').default({}),
  tags: text('tags').array(),
  createdAt: timestamp('created_at', { withTimezone: true }).notNull().defaultNow(),
  updatedAt: timestamp('updated_at', { withTimezone: true }),
  rank: integer('rank').default(0),
  parentId: bigint('parent_id', { mode: 'number' }).references(${parent(2)}),
  ownerId: bigint('owner_id', { mode: 'number' }).references(${parent(3)}, { onDelete: 'cascade' }),${extra && n === 0 ? "\n  more: text('more')," : ''}
}, (t) => [
  uniqueIndex('t${n}_slug').on(t.slug),
  index('t${n}_name').on(sql\`lower(\${t.name})\`),
  index('t${n}_rank').on(t.rank.desc()).where(sql\`\${t.active}\`),
  check('t${n}_amount', sql\`\${t.amount} >= 0\`),
]);`;
  });
  return `import { sql } from 'drizzle-orm';
import { type AnyPgColumn, bigint, bigserial, boolean, check, index, integer, jsonb, numeric, pgTable, text, timestamp, uniqueIndex, varchar } from 'drizzle-orm/pg-core';
${tables.join('\n')}
`;
}

function timed(command, args, options) {
  const start = process.hrtime.bigint();
  const { status, stderr, error } = spawnSync(command, args, {
    encoding: 'utf8',
    maxBuffer: 1e9,
    ...options,
  });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} exited ${status}: ${error ?? stderr}`);
  return Number(process.hrtime.bigint() - start) / 1e6;
}

/** In a thread of its own, because this one waits for processes. */
async function startRelay() {
  const counter = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(new URL(import.meta.url), {
    workerData: { counter, host: server.hostname, port: Number(server.port || 5432) },
  });
  const port = await new Promise((done) => worker.once('message', done));
  return { port, counter, stop: () => worker.terminate() };
}

async function relay({ counter, host, port }, tell) {
  const listener = createServer((client) => {
    const upstream = connect(port, host);
    let answered = true;
    client.on('data', (chunk) => {
      if (answered) Atomics.add(counter, 0, 1);
      answered = false;
      upstream.write(chunk);
    });
    upstream.on('data', (chunk) => {
      answered = true;
      client.write(chunk);
    });
    for (const [a, b] of [
      [client, upstream],
      [upstream, client],
    ]) {
      a.on('close', () => b.destroy());
      a.on('error', () => b.destroy());
    }
  });
  listener.listen(0, '127.0.0.1', () => tell(listener.address().port));
}

async function measure(count) {
  const name = `rev_bench_${process.pid}`;
  const admin = postgres(server.href, { max: 1, onnotice: () => {} });
  const folder = mkdtempSync(join(tmpdir(), 'rev-bench-'));
  const through = await startRelay();
  try {
    await admin.unsafe(`CREATE DATABASE ${name}`);
    const url = new URL(server);
    url.pathname = `/${name}`;
    const direct = url.href;
    url.hostname = '127.0.0.1';
    url.port = String(through.port);
    symlinkSync(join(repository, 'node_modules'), join(folder, 'node_modules'));
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    writeFileSync(
      join(folder, 'alembic.config.ts'),
      `export default { dialect: 'postgres', url: process.env.URL, schema: './schema.ts', lockTimeout: 600000 };`,
    );
    const options = { cwd: folder, env: { ...process.env, URL: url.href } };
    const autogenerate = () => {
      Atomics.store(through.counter, 0, 0);
      const times = Array.from({ length: runs }, () =>
        timed(process.execPath, [rev, 'create', '-m', 'x', '--autogenerate', '--dry-run'], options),
      );
      return { time: median(times), trips: Atomics.load(through.counter, 0) / runs };
    };
    writeFileSync(join(folder, 'schema.ts'), models(count, false));
    const empty = autogenerate();
    timed(process.execPath, [rev, 'create', '-m', 'first', '--autogenerate'], options);
    const upgrade = timed(process.execPath, [rev, 'upgrade', 'head'], options);
    writeFileSync(join(folder, 'schema.ts'), models(count, true));
    const load = median(
      Array.from({ length: runs }, () =>
        timed(process.execPath, ['--input-type=module', '-e', loadOnly], { cwd: folder }),
      ),
    );
    const synced = autogenerate();
    let dump;
    try {
      dump = median(Array.from({ length: runs }, () => timed('pg_dump', ['--schema-only', direct])));
    } catch (error) {
      console.error(`pg_dump: ${String(error.message).split('\n')[0]}`);
    }
    const ms = (value) => `${value.toFixed(0).padStart(7)} ms`;
    console.log(
      `${String(count).padStart(5)} tables | empty ${ms(empty.time)} ${empty.trips} trips | upgrade ${ms(upgrade)} | one column ${ms(synced.time)} ${synced.trips} trips | models ${ms(load)}${dump ? ` | pg_dump ${ms(dump)} | one column / (pg_dump + models) ${(synced.time / (dump + load)).toFixed(2)}` : ''}`,
    );
  } finally {
    await through.stop();
    await admin.unsafe(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    await admin.end();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A process that does no more than evaluate the models, as `rev` does it. */
const loadOnly = `const { loadModels } = await import(${JSON.stringify(join(repository, 'dist/config/models.js'))});
const { loadConfig } = await import(${JSON.stringify(join(repository, 'dist/config/load.js'))});
await loadModels(await loadConfig({ cwd: process.cwd(), args: {} }));`;

const { isMainThread, parentPort, workerData } = await import('node:worker_threads');
if (isMainThread) {
  for (const count of sizes) await measure(count);
} else {
  await relay(workerData, (port) => parentPort.postMessage(port));
}
