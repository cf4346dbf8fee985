import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { PGlite } from '@electric-sql/pglite';
import { vector } from '@electric-sql/pglite-pgvector';
import postgres from 'postgres';
import { onTestFinished } from 'vitest';
import type { TestDatabase } from './postgres.js';

/** It takes longer to start than a test takes. */
let running: Promise<PGlite> | undefined;

const emptied = `
  drop schema if exists extensions cascade; drop schema public cascade; create schema public;
  alter database postgres reset all; set search_path to default`;

/**
 * An empty database of a PostgreSQL that has pgvector: PGlite, which is PostgreSQL compiled to WebAssembly. Neither the
 * binaries of the other tests nor Debian's stable releases have that extension. It has one session, which all share
 * who connect, and one database: a test file has one at a time.
 */
export async function pgvectorDatabase(): Promise<TestDatabase> {
  running ??= PGlite.create({ extensions: { vector } });
  const server = await running;
  await server.exec(emptied);
  const sockets = new Set<Socket>();
  let turn: Promise<unknown> = Promise.resolve();
  const door = createServer((socket) => {
    sockets.add(socket);
    // A client that is gone needs no answer.
    socket.on('error', () => {});
    serve(socket, (messages) => {
      const answer = turn.then(() => server.execProtocolRaw(messages));
      turn = answer.catch(() => {});
      return answer;
    });
  });
  door.listen(0, '127.0.0.1');
  await once(door, 'listening');
  const url = `postgres://postgres:none@127.0.0.1:${(door.address() as AddressInfo).port}/postgres`;
  const session = postgres(url, { max: 1, onnotice: () => {} });
  const database: TestDatabase = {
    name: 'postgres',
    url,
    async sql(text) {
      const result = (await session.unsafe(text)) as unknown as readonly Record<string, unknown>[];
      return 'count' in result ? [...result] : ((result.at(-1) ?? []) as unknown as typeof result);
    },
    async drop() {
      await session.end({ timeout: 1 });
      for (const socket of sockets) socket.destroy();
      door.close();
    },
  };
  onTestFinished(() => database.drop());
  return database;
}

const sslRequest = 80877103;

/** Hands over whole messages: a length, after the first message behind a byte that says the kind. */
function serve(socket: Socket, ask: (messages: Uint8Array) => Promise<Uint8Array>): void {
  let waiting = Buffer.alloc(0);
  let greeted = false;
  socket.on('data', (chunk: Buffer) => {
    waiting = Buffer.concat([waiting, chunk]);
    if (waiting.length >= 8 && !greeted && waiting.readInt32BE(4) === sslRequest) {
      waiting = waiting.subarray(8);
      socket.write('N');
    }
    let end = 0;
    for (;;) {
      const start = greeted ? end + 1 : end;
      if (waiting.length < start + 4) break;
      const next = start + waiting.readInt32BE(start);
      if (waiting.length < next) break;
      if (greeted && waiting[end] === 'X'.charCodeAt(0)) {
        socket.end();
        return;
      }
      greeted = true;
      end = next;
    }
    if (end === 0) return;
    const messages = waiting.subarray(0, end);
    waiting = waiting.subarray(end);
    ask(messages).then(
      (answer) => socket.writable && socket.write(answer),
      (error) => socket.destroy(error),
    );
  });
}
