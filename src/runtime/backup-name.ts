import { createHash } from 'node:crypto';

/**
 * The name of a backup: `shop_5c1e8b70d2a4_20261121T104500Z.dump`, of the database, the heads that it is at (joined by
 * `+`), and the time in UTC. Between two `_` there is none, so that the backups of `shop` are told from those of `shop_eu`.
 * Where the name alone does not tell one database from another, a hash follows it: `app.db-1f0c3a9e_…`.
 */

export interface NamedDatabase {
  readonly name: string;
  /** What else tells it from others of that name; undefined: nothing does. */
  readonly place?: string | undefined;
}

export interface BackupName {
  readonly database: NamedDatabase;
  readonly heads: readonly string[];
  readonly time: Date;
  /** Without the dot. */
  readonly ending: string;
  /** The how many-th of this database in that second, from 1. */
  readonly count: number;
}

const longest = 80;

export function backupName({ database, heads, time, ending, count }: BackupName): string {
  return `${databasePart(database)}_${headsPart(heads)}_${stampOf(time)}${count > 1 ? `-${count}` : ''}.${ending}`;
}

interface Found {
  readonly name: string;
  readonly stamp: string;
  readonly count: number;
}

/** Which files of a folder are backups of this database, the oldest first. */
export function backupsAmong(
  names: readonly string[],
  of: Pick<BackupName, 'database' | 'ending'>,
): readonly string[] {
  return found(names, of)
    .sort((a, b) => order(a.stamp, b.stamp) || a.count - b.count || order(a.name, b.name))
    .map(({ name }) => name);
}

/** The count of the next backup in this second, whatever heads it is at. One that was deleted is not given again. */
export function nextCount(
  names: readonly string[],
  { time, ...of }: Pick<BackupName, 'database' | 'ending' | 'time'>,
): number {
  const stamp = stampOf(time);
  const counts = found(names, of).map((each) => (each.stamp === stamp ? each.count : 0));
  return Math.max(0, ...counts) + 1;
}

function found(
  names: readonly string[],
  { database, ending }: Pick<BackupName, 'database' | 'ending'>,
): Found[] {
  const own = `${databasePart(database)}_`;
  const rest = new RegExp(`^[^_]+_(\\d{8}T\\d{6}Z)(?:-(\\d+))?\\.${ending}$`);
  return names.flatMap((name) => {
    const [whole, stamp = '', count = '1'] =
      (name.startsWith(own) && rest.exec(name.slice(own.length))) || [];
    return whole === undefined ? [] : [{ name, stamp, count: Number(count) }];
  });
}

function order(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

function stampOf(time: Date): string {
  return time
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replace(/[-:]/g, '');
}

/** What a file system may not take is replaced, and told apart by a hash of the whole. */
function databasePart({ name, place }: NamedDatabase): string {
  const safe = name
    .replace(/[^\w.-]/g, '-')
    .replace(/^\./, '-')
    .slice(0, longest);
  if (place !== undefined) return `${safe}-${shortHash(JSON.stringify([name, place]))}`;
  return safe === name ? name : `${safe}~${shortHash(name)}`;
}

function headsPart(heads: readonly string[]): string {
  if (heads.length === 0) return 'base';
  const all = [...heads].sort().join('+');
  const safe = all.replace(/[^A-Za-z0-9.+-]/g, '-');
  return safe.length <= longest ? safe : `${safe.slice(0, longest)}~${shortHash(all)}`;
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}
