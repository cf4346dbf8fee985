import { connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/**
 * A relay between a client and PostgreSQL that counts what the client asks, so that a test can do harm at each statement
 * boundary: before the n-th question reaches the server, or after it has, and its answer is lost.
 */

/**
 * What happens to a question: it goes on; the connection is cut before it; or it reaches the server, and the client
 * hears nothing more.
 */
export type Verdict = 'forward' | 'cut' | 'lose';

export interface Question {
  /** From 1, over all sessions of the relay. */
  readonly number: number;
  /** The server's process of this session. */
  readonly pid: number;
  /** What a simple query says; else nothing. */
  readonly sql: string;
}

export interface Relay {
  /** The server's URL through the relay. */
  readonly url: string;
  /** How many questions were asked. */
  readonly count: number;
}

export async function relayTo(
  url: string,
  decide: (question: Question) => Verdict | Promise<Verdict>,
  host = '127.0.0.1',
): Promise<Relay> {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  let count = 0;
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => socket.destroy());
    }
    let pid = 0;
    const answers = new Messages({ startup: false });
    upstream.on('data', (chunk: Buffer) => {
      for (const message of answers.take(chunk)) if (message[0] === backendKey) pid = message.readInt32BE(5);
      if (!client.destroyed) client.write(chunk);
    });
    const questions = new Messages({ startup: true });
    let turn = Promise.resolve();
    let isOver = false;
    client.on('data', (chunk: Buffer) => {
      for (const message of questions.take(chunk)) {
        turn = turn.then(async () => {
          if (isOver) return;
          if (isNegotiation(message)) {
            // No encryption.
            client.write('N');
            return;
          }
          if (!asks(message)) {
            upstream.write(message);
            return;
          }
          count += 1;
          const verdict = await decide({ number: count, pid, sql: simpleQuery(message) });
          if (verdict !== 'cut') upstream.write(message);
          if (verdict === 'forward') return;
          isOver = true;
          client.destroy();
          if (verdict === 'cut') upstream.destroy();
          // The server works on what it was given, and notices only then that nobody is there.
          else upstream.end();
        });
      }
    });
    client.on('close', () => void turn.then(() => (isOver ? undefined : upstream.end())));
    upstream.on('close', () => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const through = new URL(url);
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no address');
  through.port = String(address.port);
  through.hostname = host.includes(':') ? `[${host}]` : host;
  return {
    url: through.href,
    get count() {
      return count;
    },
  };
}

/** What libpq asks before the first message: TLS or GSSAPI? (PostgreSQL's manual, "Message Formats") */
function isNegotiation(message: Buffer): boolean {
  return message.length === 8 && [80877103, 80877104].includes(message.readInt32BE(4));
}

const backendKey = 'K'.charCodeAt(0);

/** A simple query, or the end of an extended one: the server answers, and only then is the next one meant. */
function asks(message: Buffer): boolean {
  const type = message[0];
  return type === 'Q'.charCodeAt(0) || type === 'S'.charCodeAt(0);
}

function simpleQuery(message: Buffer): string {
  return message[0] === 'Q'.charCodeAt(0) ? message.toString('utf8', 5, message.length - 1) : '';
}

/** Cuts a stream into the messages of PostgreSQL's protocol: a type, a length, a body. The first has no type. */
class Messages {
  #rest = Buffer.alloc(0);
  #startup: boolean;

  constructor({ startup }: { readonly startup: boolean }) {
    this.#startup = startup;
  }

  take(chunk: Buffer): readonly Buffer[] {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    const found: Buffer[] = [];
    for (;;) {
      const head = this.#startup ? 0 : 1;
      if (this.#rest.length < head + 4) return found;
      const length = head + this.#rest.readInt32BE(head);
      if (this.#rest.length < length) return found;
      const message = this.#rest.subarray(0, length);
      found.push(message);
      this.#rest = this.#rest.subarray(length);
      this.#startup = this.#startup && isNegotiation(message);
    }
  }
}
