/** Projects with several databases: one history, and settings of its own for each database. */

import { dirname, isAbsolute, resolve } from 'node:path';
import { RevError } from '../errors.js';
import { sharedKeys, tableNames } from './config.js';
import { driverOf, resolveUrl } from './url.js';

export interface ChosenDatabase {
  /** The settings of one database: the common ones, and its own over them. */
  readonly settings: unknown;
  /** undefined: the project has but one, without a name. */
  readonly name: string | undefined;
  /** In the order of the configuration; none where there is but one. */
  readonly names: readonly string[];
}

/**
 * @param wanted the name that was asked for
 * @param any whether any of them will do
 * @throws RevError REV_CONFIG, REV_DATABASE where it has several and none was chosen
 */
export function chooseDatabase(
  value: unknown,
  file: string,
  { wanted, any }: { readonly wanted: string | undefined; readonly any: boolean },
): ChosenDatabase {
  const { databases, ...common } = (value ?? {}) as Readonly<Record<string, unknown>>;
  if (databases === undefined) {
    if (wanted === undefined) return { settings: value, name: undefined, names: [] };
    throw new RevError(
      'REV_CONFIG',
      `${file}: The database '${wanted}' was asked for, and there is but one.`,
      {
        hint: "Leave out --database, or write: databases: { main: { url: '…' }, … }",
        data: { file },
      },
    );
  }
  const all = checkDatabases(databases, file);
  refuseSame(common, all, file);
  const names = Object.keys(all);
  const name = wanted ?? (any ? names[0] : undefined);
  if (name === undefined) {
    throw new RevError('REV_DATABASE', `The project has several databases: ${names.join(', ')}.`, {
      hint: `Say which: --database ${names[0]}`,
      data: { databases: names },
    });
  }
  const own = all[name];
  if (!own) {
    throw new RevError('REV_CONFIG', `${file}: There is no database '${name}'.`, {
      hint: `Known: ${names.join(', ')}.`,
      data: { file },
    });
  }
  return { settings: { ...common, ...own }, name, names };
}

type Settings = Readonly<Record<string, unknown>>;

/** The second would find the version rows of the first, and have nothing to do. */
function refuseSame(common: Settings, all: Readonly<Record<string, Settings>>, file: string): void {
  const seen = new Map<string, string>();
  for (const [name, own] of Object.entries(all)) {
    const settings = { ...common, ...own };
    const place = placeOf(settings, dirname(file));
    if (place === null) continue;
    const { versionTable = tableNames.versionTable, versionTableSchema = null } = settings;
    const key = JSON.stringify([place, versionTable, versionTableSchema]);
    const other = seen.get(key);
    if (other !== undefined) {
      throw new RevError(
        'REV_CONFIG',
        `${file}: The databases ${other} and ${name} are the same one, and have the same version table.`,
        {
          hint: 'Is an environment variable wrong? Two parts of one database need a versionTable each.',
          data: { file, databases: [other, name] },
        },
      );
    }
    seen.set(key, name);
  }
}

/** Where its url leads to, of several spellings one. null: nowhere yet, or into memory, where each has its own. */
function placeOf({ url, dialect, driver }: Settings, folder: string): string | null {
  if (typeof url !== 'string' || url.trim() === '') return null;
  if (dialect !== 'sqlite' && dialect !== 'postgres') return url.trim();
  try {
    const place = resolveUrl(url, dialect, folder, driver === 'pglite' ? driver : driverOf(url));
    if (place === ':memory:') return null;
    return isAbsolute(place) ? resolve(place) : place;
  } catch {
    // What is wrong with it is said when that database is asked for.
    return null;
  }
}

function checkDatabases(value: unknown, file: string): Readonly<Record<string, Settings>> {
  const fault = (problem: string) =>
    new RevError('REV_CONFIG', `${file}: 'databases' ${problem}.`, {
      hint: "databases: { main: { url: '…', schema: './main' }, statistics: { url: '…', schema: './statistics' } }",
      data: { file, key: 'databases' },
    });
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw fault('must be an object');
  const entries = Object.entries(value as Readonly<Record<string, unknown>>);
  if (entries.length === 0) throw fault('must name at least one database');
  for (const [name, settings] of entries) {
    if (!/^[\p{L}_][\p{L}\p{N}_-]*$/u.test(name))
      throw fault(`has a name that is no word: '${name.slice(0, 60)}'`);
    if (typeof settings !== 'object' || settings === null) throw fault(`must have an object as ${name}`);
    const shared = sharedKeys.find((key) => key in settings);
    if (shared)
      throw fault(`has '${shared}' in ${name}, which is the same for all and stands beside 'databases'`);
    if ('databases' in settings) throw fault(`holds databases in ${name}`);
  }
  return value as Readonly<Record<string, Settings>>;
}
