/** Which file or server a URL means. */

import { existsSync, readlinkSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { RevError } from '../../errors.js';
import type { ServerAddress } from './connections/hrana.js';

export const memory = ':memory:';

/**
 * `file:/a/b.db`, `file:///a/b.db`, `sqlite:/a/b.db`, `sqlite:///a/b.db`, a plain path, `:memory:` → path or `:memory:`.
 * After `file:` and `sqlite:` a path is written as in a URI (`%20`).
 * @throws RevError REV_URL for parameters and hosts, which have no meaning here.
 */
export function databasePath(url: string): string {
  const match = /^(?:file|sqlite3?):(.*)$/is.exec(url);
  if (!match) return url;
  const rest = match[1] ?? '';
  if (rest === memory || rest === `//${memory}`) return memory;
  const [path = '', query] = rest.split(/[?#]/, 2);
  if (query !== undefined && query !== '') {
    throw new RevError('REV_URL', `Parameters of an SQLite URL are not understood: ?${query}`, {
      hint: 'Leave them out: the URL is only the path of the file.',
    });
  }
  const local = /^\/\/(?:localhost)?(?=\/)/i.test(path) ? path.replace(/^\/\/(?:localhost)?/i, '') : path;
  if (local.startsWith('//')) {
    throw new RevError('REV_URL', `An SQLite URL has no host: ${path}`, {
      hint: `Write file:${path.slice(1)} for an absolute path, or file:./data.db for a relative one.`,
    });
  }
  const decoded = decode(local);
  // file:///C:/data.db
  return /^\/[A-Za-z]:[\\/]/.test(decoded) && process.platform === 'win32' ? decoded.slice(1) : decoded;
}

/**
 * `libsql://host`, `https://host`, `wss://host` and, without encryption, `http://host`, `ws://host` or `?tls=0`; the
 * token as `?authToken=`. null: the URL is a file's.
 */
export function serverAddress(url: string): ServerAddress | null {
  const scheme = /^(libsql|https?|wss?):\/\/(?!\/|:memory:)/i.exec(url)?.[1]?.toLowerCase();
  if (scheme === undefined) return null;
  const { host, pathname, searchParams } = new URL(
    url.replace(/^libsql:/i, 'https:').replace(/^ws/i, 'http'),
  );
  const isPlain = scheme === 'http' || scheme === 'ws' || searchParams.get('tls') === '0';
  const token = searchParams.get('authToken')?.trim() ?? '';
  return {
    base: `${isPlain ? 'http' : 'https'}://${host}${pathname.replace(/\/$/, '')}`,
    host,
    token: token === '' ? undefined : token,
  };
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** Where a file really is, by whatever links it is reached; also one that is not there yet. */
export function realPath(path: string): string {
  // As many links as Linux follows: in a circle none leads to a file.
  let found = resolve(path);
  for (let links = 0; links < 40; links += 1) {
    const real = unless(() => realpathSync(found));
    if (real !== null) return real;
    const target = unless(() => readlinkSync(found));
    if (target === null) break;
    found = resolve(dirname(found), target);
  }
  return join(unless(() => realpathSync(dirname(found))) ?? dirname(found), basename(found));
}

function unless<T>(work: () => T): T | null {
  try {
    return work();
  } catch {
    return null;
  }
}

/** Whether there is anything at the path. */
export function isDatabase(path: string): boolean {
  return path === memory || existsSync(path);
}

/** @throws RevError REV_CONNECT where no database can be opened or made at the path, and what to do. */
export function checkPath(path: string): void {
  if (path === memory) return;
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isDirectory()) {
    throw new RevError('REV_CONNECT', `${path} is a folder, not a database file.`, {
      hint: `Add the file's name to the URL: file:${path.replace(/\/$/, '')}/data.db`,
    });
  }
  if (!found && !existsSync(dirname(path))) {
    throw new RevError('REV_CONNECT', `There is no folder ${dirname(path)} for the database file.`, {
      hint: `mkdir -p ${dirname(path)}`,
    });
  }
}
