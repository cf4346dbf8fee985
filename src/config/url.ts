/** Database URLs: what they mean, and how they are shown without their passwords. */

import { isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DialectName } from '../catalog/index.js';
import { RevError } from '../errors.js';
import type { DriverName, ResolvedConfig } from './config.js';

/**
 * The configured URL for a driver: as it is for PostgreSQL and for a libsql server, which gets the configured token as
 * `?authToken=`; `:memory:` or an absolute path for SQLite and PGlite.
 * @throws RevError REV_CONFIG (there is none), REV_URL (it does not fit the dialect)
 */
export function requireUrl(
  config: Pick<ResolvedConfig, 'url' | 'urlFolder' | 'dialect' | 'file' | 'driver' | 'authToken'>,
): string {
  const { url, dialect, urlFolder, driver, authToken } = config;
  if (url !== undefined && url.trim() !== '')
    return withToken(resolveUrl(url, dialect, urlFolder, driver), authToken);
  const given = config.url === undefined ? 'has no url' : 'has an empty url';
  throw new RevError(
    'REV_CONFIG',
    `${config.file}: The configuration ${given}, and this command needs a database.`,
    {
      hint: [
        'Give it one, often from the environment:',
        '  url: process.env.DATABASE_URL, // in alembic.config.ts; is the variable set?',
        'or on the command line:',
        `  rev --url ${config.dialect === 'sqlite' ? 'app.db' : 'postgres://user@localhost/database'} …`,
      ].join('\n'),
      data: { file: config.file, key: 'url' },
    },
  );
}

/** What a URL is written for. `undefined`: neither of the two. A plain path is SQLite's. */
export function classifyUrl(url: string): DialectName | undefined {
  if (/^(?:postgres(?:ql)?:\/\/|pglite:)/i.test(url)) return 'postgres';
  if (/^(?:file|sqlite|libsql):/i.test(url) || url === ':memory:' || isServer(url)) return 'sqlite';
  if (/^[a-z]:[\\/]/i.test(url)) return 'sqlite';
  if (/^[a-z][a-z0-9+.-]*:/i.test(url) || /(?:^|\s)(?:host|dbname)\s*=/i.test(url)) return undefined;
  return 'sqlite';
}

/** The driver that a URL names: `libsql:app.db` is a file for libsql, `https://…` a libsql server, `pglite:data` a folder for PGlite. */
export function driverOf(url: string | undefined): DriverName | undefined {
  if (isServer(url?.trim() ?? '')) return 'libsql';
  const scheme = /^\s*(libsql|pglite):/i.exec(url ?? '')?.[1];
  return scheme?.toLowerCase() as DriverName | undefined;
}

/** A libsql server, as libsql's own packages take it: Turso, or sqld. */
export function isServer(url: string): boolean {
  return /^(?:libsql|https?|wss?):\/\/(?!\/|:memory:)/i.test(url);
}

/** Whether what is configured for one server may be sent to the one that `--url` names, if it names one. */
export function isSameHost(given: string | undefined, configured: string | undefined): boolean {
  const host = (url: string) => (URL.canParse(url) ? new URL(url).host : undefined);
  return given === undefined || configured === undefined || host(given) === host(configured);
}

/** A token in the URL itself comes first. */
function withToken(url: string, token: string | undefined): string {
  if (token === undefined || token === '' || !isServer(url) || new URL(url).searchParams.has('authToken'))
    return url;
  return `${url}${url.includes('?') ? '&' : '?'}authToken=${encodeURIComponent(token)}`;
}

/** The same as `requireUrl`, for any URL; `folder` is where a relative path starts. @throws RevError REV_URL */
export function resolveUrl(url: string, dialect: DialectName, folder: string, driver?: DriverName): string {
  if (dialect === 'postgres' && driver === 'pglite') return pglitePath(url.trim(), folder);
  const kind = classifyUrl(url.trim());
  if (kind !== dialect) throw mismatch(url, dialect);
  return kind === 'postgres' ? url.trim() : sqlitePath(url.trim(), folder);
}

/** A folder of data, or `:memory:`. */
function pglitePath(url: string, folder: string): string {
  if (/^postgres(?:ql)?:/i.test(url)) {
    throw new RevError(
      'REV_URL',
      `The url ${redactUrl(url)} is a server's, and driver: 'pglite' opens a folder.`,
      {
        hint: "Write a folder, pglite:folder or :memory:, or leave out driver: 'pglite'.",
      },
    );
  }
  const path = url.replace(/^(?:pglite|file):(?:\/\/(?!\/))?/i, '');
  if (path === ':memory:' || url === 'memory://') return ':memory:';
  return isAbsolute(path) ? path : join(folder, path);
}

function sqlitePath(url: string, folder: string): string {
  if (url === ':memory:') return url;
  if (isServer(url)) return serverUrl(url);
  const scheme = /^(?:file|sqlite|libsql):/i.exec(url)?.[0];
  if (scheme === undefined) return isAbsolute(url) ? url : join(folder, url);
  const rest = url.slice(scheme.length);
  if (/[?#]/.test(rest)) {
    throw new RevError(
      'REV_URL',
      `The url ${redactUrl(url)} has parameters, which are not supported for SQLite.`,
      {
        hint: 'Write a path, file:path or :memory:.',
      },
    );
  }
  if (rest === ':memory:' || rest === '//:memory:') return ':memory:';
  try {
    // sqlite:///app.db is absolute, sqlite://app.db and file:app.db are not.
    if (/^\/(?!\/)|^\/\/\//.test(rest)) return fileURLToPath(`file:${rest}`);
    const path = decodeURIComponent(rest.replace(/^\/\//, ''));
    if (path !== '') return isAbsolute(path) ? path : join(folder, path);
  } catch {
    // A % that is no escape, or a host: said below.
  }
  throw new RevError('REV_URL', `The url ${redactUrl(url)} is not a path.`, {
    hint: 'Write a path, file:path or :memory:.',
  });
}

/** @throws RevError REV_URL for what a libsql server's URL cannot hold. */
function serverUrl(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const unknown = [...(parsed?.searchParams.keys() ?? [])].find(
    (name) => name !== 'authToken' && name !== 'tls',
  );
  const problem =
    parsed === undefined
      ? 'is not well-formed'
      : parsed.username !== '' || parsed.password !== ''
        ? 'has a user, which a libsql server does not know'
        : unknown === undefined
          ? undefined
          : `has a parameter that is not understood: ${decode(unknown)}`;
  if (problem === undefined) return url;
  throw new RevError('REV_URL', `The url ${redactUrl(url)} ${problem}.`, {
    hint: 'Write libsql://host or http://host:port, and the token as authToken in the configuration.',
    data: { url: redactUrl(url) },
  });
}

function mismatch(url: string, dialect: DialectName): RevError {
  const shown = redactUrl(url);
  const [form, other] =
    dialect === 'postgres'
      ? ['postgres://user:password@host:5432/database', "dialect: 'sqlite'"]
      : ['a path, file:path or :memory:', "dialect: 'postgres'"];
  const fits = classifyUrl(url.trim()) !== undefined;
  return new RevError(
    'REV_URL',
    `The url ${shown} is not one of ${dialect}, which is the configured dialect.`,
    {
      hint: fits ? `Write ${form}, or set ${other} in alembic.config.ts.` : `Write ${form}.`,
      data: { url: shown, dialect },
    },
  );
}

const hidden = '***';
const secretKey = /pass|pwd|secret|token|key|auth|cred/i;
const secretParameter =
  /([?&;#\s]|^)([^=?&;#\s]*(?:pass|pwd|secret|token|key|auth|cred)[^=?&;#\s]*)\s*=[\s\S]*$/i;

interface Parts {
  readonly scheme: string;
  /** Everything up to the last `@`, so that a password which was not encoded is in it whole. */
  readonly userinfo: string | undefined;
  readonly rest: string;
}

function split(url: string): Parts {
  const scheme =
    /^(?:[a-z][a-z0-9+.-]*:\/\/|(?:postgres|postgresql|mysql|sqlite|file):)/i.exec(url)?.[0] ?? '';
  const after = url.slice(scheme.length);
  const at = after.lastIndexOf('@');
  return { scheme, userinfo: at < 0 ? undefined : after.slice(0, at), rest: after.slice(at + 1) };
}

/**
 * A URL as it may be shown: no password, neither before the host nor in a parameter. What cannot be told apart from a password
 * (a URL that is not well-formed, what follows a secret parameter) is left out with it.
 */
export function redactUrl(url: string): string {
  const { scheme, userinfo, rest } = split(url.trim());
  const shownRest = redactParameters(redactPort(rest, scheme, userinfo));
  if (userinfo === undefined) return scheme + shownRest;
  const colon = userinfo.indexOf(':');
  const user = colon < 0 ? userinfo : userinfo.slice(0, colon);
  // The @ may be inside a parameter: then all of it may be a password.
  if (/[/?#=\s]/.test(user) || secretParameter.test(decode(userinfo))) return scheme + hidden;
  // postgres:secret@host has a user called postgres rather than a scheme.
  if (scheme !== '' && !scheme.endsWith('//')) return `${scheme}${hidden}@${shownRest}`;
  return `${scheme}${colon < 0 ? user : `${user}:${hidden}`}@${shownRest}`;
}

/** `postgres://user:secret` without a host: the secret stands where a port should. */
function redactPort(rest: string, scheme: string, userinfo: string | undefined): string {
  if (userinfo !== undefined || !scheme.endsWith('//')) return rest;
  return rest.replace(/^([^/?#:[\]]*):(?!\d{0,5}(?:[/?#,]|$))[\s\S]*$/, `$1:${hidden}`);
}

function redactParameters(text: string): string {
  return text
    .replace(/(?<=[?&;#]|^)[^=&;#\s]*%[^=&;#\s]*(?==)/g, (name) => decode(name))
    .replace(secretParameter, `$1$2=${hidden}`);
}

/** Whether the value of an option, or of a `-x key=value`, must not be shown. */
export function isSecretSetting(name: string, value: string): boolean {
  return secretKey.test(name) || redactUrl(value) !== value.trim();
}

/** `text` without the password of `url`, in any of its spellings. */
export function redactText(text: string, url: string): string {
  let redacted = url === '' ? text : text.replaceAll(url, redactUrl(url));
  for (const secret of secretsOf(url)) redacted = redacted.replace(anySpelling(secret), hidden);
  return redacted;
}

function secretsOf(url: string): readonly string[] {
  const { scheme, userinfo = '', rest } = split(url.trim());
  const found = new Set<string>();
  const colon = userinfo.indexOf(':');
  if (colon >= 0) found.add(userinfo.slice(colon + 1));
  if (!scheme.endsWith('//') && scheme !== '') found.add(userinfo);
  for (const { index, 1: name = '', 2: value = '' } of url.matchAll(/([^=?&;#\s]+)=([^&;#\s]*)/g)) {
    if (!secretKey.test(decode(name))) continue;
    found.add(value).add(url.slice(index + name.length + 1).trim());
  }
  const port = /^[^/?#:[\]]*:(?!\d{0,5}(?:[/?#,]|$))(.*)$/s.exec(userinfo === '' ? rest : '')?.[1];
  if (port !== undefined) found.add(port);
  if (URL.canParse(url)) found.add(new URL(url).password);
  for (const secret of [...found]) found.add(decode(secret));
  found.delete('');
  return [...found].sort((a, b) => b.length - a.length);
}

/** Matches a secret as drivers, shells and JSON write it: each character by itself, escaped, or percent-encoded. */
function anySpelling(secret: string): RegExp {
  const characters = [...secret].map((character) => {
    const bytes = [...Buffer.from(character)]
      .map((byte) => `%${byte.toString(16).padStart(2, '0')}`)
      .join('');
    const plain = character.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
    return `(?:\\\\?${plain}|${bytes}${character === ' ' ? '|\\+' : ''})`;
  });
  return new RegExp(characters.join(''), 'gi');
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
