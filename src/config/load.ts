/** Finds, evaluates, checks and completes the configuration. */

import { existsSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { RevError } from '../errors.js';
import { loadingError } from '../loading/failure.js';
import { loadModule } from '../loading/load.js';
import { type Config, type ConfigFunction, type ResolvedConfig, tableNames } from './config.js';
import { type ChosenDatabase, chooseDatabase } from './databases.js';
import { driverOf, isSameHost } from './url.js';
import { example, validateConfig } from './validate.js';

export interface LoadConfigOptions {
  /** `--config`; relative to `cwd`. Default: searched upwards from `cwd`. */
  readonly file?: string | undefined;
  readonly cwd: string;
  /** `--env`, or `$REV_ENV`. */
  readonly env?: string | undefined;
  /** `-x key=value`. */
  readonly args?: Readonly<Record<string, string>> | undefined;
  /** `--tag`. */
  readonly tag?: string | undefined;
  /** `--url`: overrides the configuration's; a relative path in it starts at `cwd`. */
  readonly url?: string | undefined;
  /** `--database`: which of several. */
  readonly database?: string | undefined;
  /** Of several databases any will do: only what they share is wanted. */
  readonly anyDatabase?: boolean | undefined;
}

const names = ['ts', 'mts', 'js', 'mjs', 'cts', 'cjs'].map((extension) => `alembic.config.${extension}`);

/** The nearest configuration file in `start` or a folder above it. `undefined`: there is none. */
export function findConfig(start: string): string | undefined {
  for (let folder = resolve(start); ; folder = dirname(folder)) {
    const name = names.find((each) => existsSync(join(folder, each)));
    if (name !== undefined) return join(folder, name);
    if (dirname(folder) === folder) return undefined;
  }
}

/**
 * The configuration, with absolute paths and defaults.
 * @throws RevError REV_CONFIG_MISSING, REV_CONFIG (it does not load, or is wrong), REV_DATABASE (it has several)
 */
export async function loadConfig(options: LoadConfigOptions): Promise<ResolvedConfig> {
  const file = locateConfig(options);
  const exported = defaultExport(await loadModule(file, { code: 'REV_CONFIG' }));
  if (exported === undefined) {
    throw new RevError('REV_CONFIG', `${file}: It has no default export.`, { hint: example, data: { file } });
  }
  const given = await callConfig(exported, file, options);
  const { database: wanted, anyDatabase: any = false } = options;
  const chosen = chooseDatabase(given, file, { wanted, any });
  return resolveConfig(validateConfig(chosen.settings, file), file, { ...options, ...chosen });
}

function locateConfig({ file, cwd }: LoadConfigOptions): string {
  if (file !== undefined) {
    const path = resolve(cwd, file);
    if (existsSync(path)) return path;
    throw missing(
      `There is no configuration file ${path}.`,
      'Correct `--config`, or run `rev init` to write one.',
    );
  }
  const found = findConfig(cwd);
  if (found !== undefined) return found;
  const hint = 'Run `rev init` to write one, or say where it is: `rev --config path/to/alembic.config.ts …`.';
  throw missing(`There is no alembic.config.ts in ${resolve(cwd)} or a folder above it.`, hint);
}

function missing(message: string, hint: string): RevError {
  return new RevError('REV_CONFIG_MISSING', message, { hint });
}

/** CommonJS that was compiled from an ES module has its default export one step further in. */
function defaultExport(module: Readonly<Record<string, unknown>>): unknown {
  const { default: exported } = module;
  const inner = exported as { readonly __esModule?: unknown; readonly default?: unknown } | undefined | null;
  return typeof inner === 'object' && inner?.__esModule === true ? inner.default : exported;
}

async function callConfig(
  exported: unknown,
  file: string,
  { env, args = {}, tag }: LoadConfigOptions,
): Promise<unknown> {
  if (typeof exported !== 'function') {
    if (env === undefined) return exported;
    throw new RevError(
      'REV_CONFIG',
      `${file}: The environment '${env}' was asked for, but the configuration is the same for all.`,
      {
        hint: 'Export a function: export default defineConfig(({ env }) => ({ … })), or leave out --env and REV_ENV.',
        data: { file, env },
      },
    );
  }
  try {
    return await (exported as ConfigFunction)(Object.freeze({ env, args: Object.freeze({ ...args }), tag }));
  } catch (thrown) {
    throw loadingError('REV_CONFIG', thrown, file);
  }
}

/** Fills in defaults and makes paths absolute. */
function resolveConfig(
  config: Config,
  file: string,
  options: LoadConfigOptions & Pick<ChosenDatabase, 'name' | 'names'>,
): ResolvedConfig {
  const folder = dirname(file);
  const absolute = (path: string) => (isAbsolute(path) ? path : join(folder, path));
  const list = (value: string | readonly string[]) =>
    Object.freeze((typeof value === 'string' ? [value] : [...value]).map(absolutePattern(folder)));
  return Object.freeze({
    file,
    folder,
    env: options.env,
    args: Object.freeze({ ...options.args }),
    database: options.name,
    databases: Object.freeze([...options.names]),
    dialect: config.dialect,
    driver: config.driver ?? driverOf(options.url ?? config.url),
    url: options.url ?? config.url,
    authToken: isSameHost(options.url, config.url) ? config.authToken : undefined,
    urlFolder: options.url === undefined ? folder : resolve(options.cwd),
    schema: list(config.schema),
    revisions: Object.freeze([...new Set(list(config.revisions ?? './revisions'))]),
    recursive: config.recursive ?? false,
    versionTable: config.versionTable ?? tableNames.versionTable,
    versionTableSchema: config.versionTableSchema,
    journalTable: config.journalTable ?? tableNames.journalTable,
    schemas: config.schemas && Object.freeze([...config.schemas]),
    include: config.include,
    exclude: config.exclude,
    roles: config.roles,
    casing: config.casing,
    renames: Object.freeze([...(config.renames ?? [])]),
    autogenerate: Object.freeze({ ...config.autogenerate }),
    hooks: Object.freeze([...(config.hooks ?? [])]),
    runHooks: Object.freeze({ ...config.runHooks }),
    transaction: config.transaction ?? 'each',
    lockTimeout: config.lockTimeout ?? 5000,
    lockRetries: config.lockRetries ?? 5,
    lock: config.lock ?? 'session',
    leaseDuration: config.leaseDuration ?? 30_000,
    statementTimeout: config.statementTimeout,
    backup: Object.freeze({
      before: Object.freeze([config.backup?.before ?? []].flat()),
      dir: absolute(config.backup?.dir ?? './backups'),
      keep: config.backup?.keep,
      bin: config.backup?.bin === undefined ? undefined : absolute(config.backup.bin),
    }),
    template: config.template === undefined ? undefined : absolute(config.template),
    timezone: config.timezone ?? 'UTC',
    fileTemplate: config.fileTemplate ?? '{id}_{slug}',
    slugLength: config.slugLength ?? 40,
  });
}

/** A pattern that excludes (`!…`) stays one. */
function absolutePattern(folder: string): (pattern: string) => string {
  return (pattern) => {
    const not = pattern.startsWith('!') ? '!' : '';
    const path = pattern.slice(not.length);
    return `${not}${isAbsolute(path) ? path : join(folder, path)}`;
  };
}
