/** Says what is wrong with a configuration, by the name of the key. */

import type { AutogenerateHooks } from '../diff/overrides.js';
import { RevError } from '../errors.js';
import { nearNames } from '../graph/near.js';
import { type BackupConfig, type Config, driverNames, tableNames } from './config.js';
import { runHookNames } from './run-hooks.js';

/** What is wrong with a value, as the end of a sentence ("must be …"). `undefined`: nothing. */
type Check = (value: unknown) => string | undefined;

const text: Check = (value) =>
  typeof value === 'string' && value !== '' ? undefined : 'must be a string that is not empty';
const texts: Check = (value) =>
  Array.isArray(value) && value.every((item) => text(item) === undefined)
    ? undefined
    : 'must be an array of strings';
const textOrTexts: Check = (value) =>
  text(value) === undefined || (texts(value) === undefined && (value as unknown[]).length > 0)
    ? undefined
    : 'must be a string or an array of strings, and not empty';
const filter: Check = (value) =>
  typeof value === 'function' || texts(value) === undefined
    ? undefined
    : 'must be an array of patterns or a function';
/** In milliseconds: some 24 days. Neither PostgreSQL nor Node's timers know a longer one. */
export const longestTime = 2_147_483_647;

const milliseconds: Check = (value) =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) <= longestTime
    ? undefined
    : 'must be a whole number of milliseconds, 0 or more';

function oneOf(...allowed: readonly string[]): Check {
  const list = allowed.map((each) => `'${each}'`).join(' or ');
  return (value) => (allowed.includes(value as string) ? undefined : `must be ${list}`);
}

function timeZone(value: unknown): string | undefined {
  try {
    new Intl.DateTimeFormat('en', { timeZone: value as string });
    return text(value);
  } catch {
    return "must be an IANA time zone, such as 'Europe/Berlin'";
  }
}

const fields = ['id', 'slug', 'epoch', 'year', 'month', 'day', 'hour', 'minute', 'second'];

function fileName(value: unknown): string | undefined {
  if (text(value) !== undefined) return text(value);
  const template = value as string;
  const unknown = [...template.matchAll(/\{(\w*)\}/g)]
    .map(([, name = '']) => name)
    .find((name) => !fields.includes(name));
  if (unknown !== undefined)
    return `has no field {${unknown}}: use ${fields.map((name) => `{${name}}`).join(', ')}`;
  if (!template.includes('{id}')) return 'must hold {id}, so that no two files have one name';
  if (template.includes('\\') || template.split('/').some((name) => ['', '.', '..'].includes(name)))
    return "must be a file name, or a path below the folder of revisions with '/'";
  return undefined;
}

const autogenerateNames: readonly (keyof AutogenerateHooks)[] = ['compareType', 'compareDefault', 'rewrite'];

function functionsOf(names: readonly string[]): Check {
  const known = names.map((name) => `${name}()`).join(', ');
  return (value) => {
    if (typeof value !== 'object' || value === null) return `must be an object with ${known}`;
    for (const [name, hook] of Object.entries(value)) {
      if (!names.includes(name)) return `has no ${name}: it may have ${known}`;
      if (hook !== undefined && typeof hook !== 'function') return `must have a function as ${name}`;
    }
    return undefined;
  };
}

const roles: Check = (value) => {
  if (typeof value === 'boolean' || texts(value) === undefined) return undefined;
  const problem =
    'must be true, false, an array of patterns, or an object with include, exclude and provider';
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return problem;
  const { include, exclude, provider, ...others } = value as Readonly<Record<string, unknown>>;
  const lists = [include, exclude].every((each) => each === undefined || texts(each) === undefined);
  const known = provider === undefined || provider === 'supabase' || provider === 'neon';
  return lists && known && Object.keys(others).length === 0 ? undefined : problem;
};

const backupKeys: { readonly [Key in keyof Required<BackupConfig>]: Check } = {
  before: (value) =>
    [value].flat().every((each) => each === 'upgrade' || each === 'downgrade')
      ? undefined
      : "must be 'upgrade', 'downgrade' or an array of them",
  dir: text,
  keep: (value) =>
    Number.isInteger(value) && (value as number) > 0 ? undefined : 'must be a whole number, 1 or more',
  bin: text,
};

const backup: Check = (value) => {
  const known = Object.keys(backupKeys).join(', ');
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return `must be an object with ${known}`;
  for (const [key, given] of Object.entries(value)) {
    if (!Object.hasOwn(backupKeys, key)) return `has no ${key}: it may have ${known}`;
    const problem = given === undefined ? undefined : backupKeys[key as keyof BackupConfig](given);
    if (problem !== undefined) return `is wrong: ${key} ${problem}`;
  }
  return undefined;
};

const checks: { readonly [Key in keyof Required<Config>]: Check } = {
  dialect: oneOf('postgres', 'sqlite'),
  url: (value) => (typeof value === 'string' ? undefined : 'must be a string'),
  authToken: (value) => (typeof value === 'string' ? undefined : 'must be a string'),
  driver: oneOf(...driverNames),
  schema: textOrTexts,
  revisions: textOrTexts,
  recursive: (value) => (typeof value === 'boolean' ? undefined : 'must be true or false'),
  versionTable: text,
  versionTableSchema: text,
  journalTable: text,
  schemas: texts,
  include: filter,
  exclude: filter,
  roles,
  casing: oneOf('snake_case', 'camelCase'),
  renames: (value) =>
    texts(value) ??
    ((value as string[]).every((each) => /^[^=]+=[^=]+$/.test(each)) ? undefined : "must hold 'old=new'"),
  autogenerate: functionsOf(autogenerateNames),
  hooks: texts,
  runHooks: functionsOf(runHookNames),
  transaction: oneOf('each', 'all'),
  lockTimeout: milliseconds,
  lockRetries: (value) =>
    Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 1000
      ? undefined
      : 'must be a whole number from 0 to 1000',
  lock: oneOf('session', 'lease'),
  leaseDuration: (value) =>
    milliseconds(value) ?? ((value as number) >= 1000 ? undefined : 'must be 1000 milliseconds or more'),
  statementTimeout: milliseconds,
  backup,
  template: text,
  timezone: timeZone,
  fileTemplate: fileName,
  slugLength: (value) =>
    Number.isInteger(value) && (value as number) > 0 && (value as number) <= 200
      ? undefined
      : 'must be a whole number from 1 to 200',
};

const required = ['dialect', 'schema'] as const;

/** Words of other tools, and what they are called here. */
const otherNames: Readonly<Record<string, keyof Config>> = {
  out: 'revisions',
  dbCredentials: 'url',
  tablesFilter: 'include',
  schemaFilter: 'schemas',
  scriptLocation: 'revisions',
  versionLocations: 'revisions',
  recursiveVersionLocations: 'recursive',
  truncateSlugLength: 'slugLength',
};

/** Checks every key. @throws RevError REV_CONFIG, naming the key and the file */
export function validateConfig(value: unknown, file: string): Config {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalid(file, `The configuration is ${describe(value)}, not an object.`, example);
  for (const key of Object.keys(value)) {
    if (!Object.hasOwn(checks, key)) throw unknownKey(file, key);
  }
  const given = value as Readonly<Record<string, unknown>>;
  for (const key of required) {
    if (given[key] === undefined) throw invalid(file, `The configuration has no '${key}'.`, example, key);
  }
  for (const [key, check] of Object.entries(checks)) {
    const problem = given[key] === undefined ? undefined : check(given[key]);
    if (problem !== undefined)
      throw invalid(file, `'${key}' ${problem}; it is ${describe(given[key], key)}.`, undefined, key);
  }
  if (String(given.fileTemplate ?? '').includes('/') && given.recursive !== true)
    throw invalid(
      file,
      "'fileTemplate' names a folder, which needs 'recursive: true'.",
      undefined,
      'fileTemplate',
    );
  const versionTable = String(given.versionTable ?? tableNames.versionTable);
  const journalTable = String(given.journalTable ?? tableNames.journalTable);
  // SQLite takes names that differ in their case alone for one.
  if (versionTable.toLowerCase() === journalTable.toLowerCase())
    throw invalid(
      file,
      `The version table and the journal are both called '${journalTable}'.`,
      "Give one of them another name: 'versionTable', 'journalTable'.",
      given.journalTable === undefined ? 'versionTable' : 'journalTable',
    );
  return value as Config;
}

export const example = [
  'Write, for instance:',
  "  import { defineConfig } from 'drizzle-alembic';",
  "  export default defineConfig({ dialect: 'sqlite', url: 'app.db', schema: './schema' });",
].join('\n');

/** A value as a message shows it; a URL is never shown, because it may hold a password, and a token is one. */
function describe(value: unknown, key?: string): string {
  if (value === null || value === undefined) return String(value);
  if (key === 'url' || key === 'authToken' || typeof value === 'object' || typeof value === 'function') {
    return Array.isArray(value)
      ? 'an array'
      : `${/^[aeiou]/.test(typeof value) ? 'an' : 'a'} ${typeof value}`;
  }
  return typeof value === 'string' ? `'${value.slice(0, 60)}'` : String(value);
}

function unknownKey(file: string, key: string): RevError {
  const near = Object.hasOwn(otherNames, key) ? otherNames[key] : nearNames(key, Object.keys(checks))[0];
  const hint = near === undefined ? `Known: ${Object.keys(checks).join(', ')}.` : `Did you mean '${near}'?`;
  return invalid(file, `The configuration has an unknown key '${key.slice(0, 60)}'.`, hint, key);
}

function invalid(file: string, message: string, hint?: string, key?: string): RevError {
  return new RevError('REV_CONFIG', `${file}: ${message}`, {
    hint: hint ?? 'Correct the configuration; docs/configuration.md lists every key.',
    data: { file, ...(key === undefined ? {} : { key }) },
  });
}
