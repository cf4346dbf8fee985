import { inject } from 'vitest';
import type { TestProject } from 'vitest/node';
import { startSqld } from './sqld.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** One libsql server for all tests, with a database for each: its address and that of its administration. */
    readonly libsqlServer: { readonly url: string; readonly admin: string };
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { url, admin, stop } = await startSqld('--enable-namespaces');
  project.provide('libsqlServer', { url, admin });
  return stop;
}

let made = 0;

/** A new empty database on the server. */
export async function freshDatabaseUrl(): Promise<string> {
  const { url, admin } = inject('libsqlServer');
  made += 1;
  const name = `t${process.pid}x${made}`;
  await administer(`${admin}/v1/namespaces/${name}/create`, 'POST');
  return `http://${name}.localhost:${new URL(url).port}`;
}

/** Deletes it. */
export async function dropDatabase(url: string): Promise<void> {
  const [name] = new URL(url).hostname.split('.');
  await administer(`${inject('libsqlServer').admin}/v1/namespaces/${name}`, 'DELETE');
}

async function administer(url: string, method: string): Promise<void> {
  const answer = await fetch(url, { method, headers: { 'content-type': 'application/json' }, body: '{}' });
  if (!answer.ok) throw new Error(`${method} ${url}: ${await answer.text()}`);
}
