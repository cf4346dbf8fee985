/**
 * HTTP requests that are waited for in place, as a database file is: a connection is synchronous here. A thread sends
 * them, and this one sleeps until the answer is there.
 */

import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads';

export interface Posted {
  readonly status: number;
  readonly body: string;
}

interface Request {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

type Answer = Posted | { readonly error: string };

/** A request that got no answer. */
export class NoAnswer extends Error {}

/** Sends POST requests, one at a time, over a connection that is kept. */
export class Poster {
  readonly #port;
  readonly #worker: Worker;
  readonly #answered = new Int32Array(new SharedArrayBuffer(4));

  /** @param patience how long the server may be silent, in milliseconds. */
  constructor(patience: number) {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.#worker = new Worker(`(${sendAll})()`, {
      eval: true,
      workerData: { port: port2, answered: this.#answered, patience },
      transferList: [port2],
    });
    // A process that has forgotten to close ends nevertheless.
    this.#worker.unref();
    this.#port.unref();
  }

  /** @throws NoAnswer */
  post(url: string, headers: Request['headers'], body: string): Posted {
    Atomics.store(this.#answered, 0, 0);
    this.#port.postMessage({ url, headers, body } satisfies Request);
    Atomics.wait(this.#answered, 0, 0);
    const answer = receiveMessageOnPort(this.#port)?.message as Answer;
    if ('error' in answer) throw new NoAnswer(answer.error);
    return answer;
  }

  close(): void {
    this.#port.close();
    void this.#worker.terminate();
  }
}

/**
 * What the thread runs. It is handed over as text, so that it is the same from a source file and from a built one, and
 * uses nothing from outside of itself.
 */
function sendAll(): void {
  const { workerData } = process.getBuiltinModule('node:worker_threads');
  const http = process.getBuiltinModule('node:http');
  const https = process.getBuiltinModule('node:https');
  const { port, answered, patience } = workerData;
  // A connection that has been idle may be closed by the server at the moment in which it is used again.
  const kept = { keepAlive: true, maxSockets: 1, timeout: 2000 };
  const agents = { http: new http.Agent(kept), https: new https.Agent(kept) };
  port.on('message', (asked: Request) => {
    let isAnswered = false;
    const answer = (message: Answer) => {
      if (isAnswered) return;
      isAnswered = true;
      port.postMessage(message);
      Atomics.store(answered, 0, 1);
      Atomics.notify(answered, 0);
    };
    const failed = ({ message, code }: NodeJS.ErrnoException) => answer({ error: message || String(code) });
    // What it throws would end the thread, and nobody would answer.
    try {
      const { url, headers, body } = asked;
      const { protocol, host, hostname } = new URL(url);
      const isTls = protocol === 'https:';
      const request = (isTls ? https : http).request(url, {
        method: 'POST',
        agent: isTls ? agents.https : agents.http,
        timeout: patience,
        headers: { ...headers, host, 'content-length': Buffer.byteLength(body) },
        // Every name under localhost is this machine (RFC 6761); not every system's resolver knows it.
        ...(hostname.endsWith('.localhost') ? { hostname: 'localhost' } : {}),
      });
      request.on('response', (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          answer({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') }),
        );
        response.on('error', failed);
      });
      request.on('timeout', () => request.destroy(new Error(`no answer within ${patience / 1000} s`)));
      request.on('error', failed);
      request.end(body);
    } catch (thrown) {
      failed(thrown as Error);
    }
  });
}
