import { spawn } from 'node:child_process';

/** The databases' own command line clients, as a user runs a script with them. */

export interface ClientResult {
  readonly code: number;
  /** stdout and stderr. */
  readonly output: string;
}

/** `psql -f`, stopping at the first error. */
export function psql(url: string, script: string): Promise<ClientResult> {
  return runClient('psql', ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', url, '-f', '-'], script);
}

/** `psql` as it is by itself: it goes on after an error. */
export function carelessPsql(url: string, script: string): Promise<ClientResult> {
  return runClient('psql', ['-X', '-q', '-d', url, '-f', '-'], script);
}

/** `sqlite3 -bail FILE < SCRIPT`. */
export function sqlite3(file: string, script: string): Promise<ClientResult> {
  return runClient('sqlite3', ['-batch', '-bail', file], script);
}

/** Rejects where the client is not installed. */
function runClient(program: string, args: readonly string[], input: string): Promise<ClientResult> {
  return new Promise((resolve, reject) => {
    const client = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [client.stdout, client.stderr]) {
      stream.on('data', (chunk) => {
        output += chunk;
      });
    }
    client.on('error', (error) => reject(new Error(`${program} is needed here: ${error.message}`)));
    client.on('close', (code) => resolve({ code: code ?? -1, output }));
    // A client that stops at an error reads no further.
    client.stdin.on('error', () => undefined);
    client.stdin.end(input);
  });
}
