import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import type { DialectName } from '../catalog/index.js';
import { findConfig } from '../config/load.js';
import { classifyUrl, driverOf, resolveUrl } from '../config/url.js';
import { hasKitMigrations } from '../drizzle/kit/read-folder.js';
import { RevError } from '../errors.js';
import { stringLiteral } from '../operations/index.js';
import { fillTemplate, packageTemplate } from '../revisions/template.js';
import { type DrizzleKitSettings, findDrizzleConfig, readDrizzleConfig } from './drizzle-config.js';
import type { Environment } from './environment.js';

export interface InitOptions {
  /** Folder of the project; default: the working directory. */
  readonly folder?: string | undefined;
  /** Default: what the environment's url is for, else what a drizzle config says, else what is installed, else sqlite. */
  readonly dialect?: DialectName | undefined;
}

export interface InitResult {
  readonly dialect: DialectName;
  /** Paths relative to the folder. */
  readonly written: readonly string[];
  readonly kept: readonly string[];
  /** The drizzle config that settings were taken from. */
  readonly takenFrom: string | null;
  /** What to do next. */
  readonly next: readonly string[];
}

/**
 * Writes a configuration, a folder for revisions, the template of a revision and, if there is none, a first module of
 * models. Never overwrites. Throws REV_EXISTS where a configuration is already there, REV_URL, REV_UNWRITABLE.
 */
export async function init(environment: Environment, options: InitOptions = {}): Promise<InitResult> {
  const folder = resolve(environment.cwd, options.folder ?? '.');
  const existing = findConfig(folder);
  if (existing && dirname(existing) === folder) {
    throw new RevError('REV_EXISTS', `${existing} exists already.`, {
      hint: 'The project is initialised. Next: rev create -m "first" --autogenerate',
    });
  }
  const kitFile = findDrizzleConfig(folder);
  const read = kitFile ? await readKit(environment, kitFile) : null;
  const kit = read ?? {};
  const { url } = environment;
  const meant = url === undefined ? undefined : classifyUrl(url.trim());
  const dialect = options.dialect ?? meant ?? kit.dialect ?? installedDialect(folder);
  if (url !== undefined) resolveUrl(url, dialect, environment.cwd, driverOf(url));
  const schema = kit.schema ?? ['./schema'];
  const files: Record<string, string> = {
    'alembic.config.ts': configText(dialect, schema, kit),
    'templates/revision.ts.tmpl': packageTemplate('revision.ts'),
    // An empty folder would not be in a clone.
    'revisions/.gitkeep': '',
  };
  const hasModels = kit.schema !== undefined || isFilled(join(folder, 'schema'));
  if (!hasModels) files['schema/index.ts'] = packageTemplate(`schema.${dialect}.ts`);
  const written: string[] = [];
  const kept: string[] = [];
  for (const [name, text] of Object.entries(files)) {
    (writeNew(join(folder, name), text) ? written : kept).push(name);
  }
  return {
    dialect,
    written,
    kept,
    takenFrom: kitFile && read ? relative(folder, kitFile) : null,
    next: [
      ...(url === undefined
        ? []
        : [`Set ${urlVariable(kit)} to your url: it may hold a password, and was not written down.`]),
      hasModels
        ? `Look at alembic.config.ts: is the url right?`
        : 'Write your models in schema/index.ts (there are two to begin with).',
      ...(kitFile && hasKitMigrations(resolve(folder, kit.out ?? './drizzle'))
        ? [
            `rev import drizzle            turns the migrations in ${kit.out ?? './drizzle'} into revisions`,
            'rev import drizzle --stamp    says so in a database that drizzle has migrated',
          ]
        : ['rev create -m "first" --autogenerate']),
      'rev upgrade head',
    ],
  };
}

/** Somebody may be leaving drizzle-kit, and have it installed no more. */
async function readKit(environment: Environment, file: string): Promise<DrizzleKitSettings | null> {
  try {
    return await readDrizzleConfig(file);
  } catch (error) {
    if (!(error instanceof RevError)) throw error;
    environment.report({ kind: 'warning', text: `Nothing is taken from ${file}: ${error.message}` });
    return null;
  }
}

function configText(dialect: DialectName, schema: readonly string[], kit: DrizzleKitSettings): string {
  const fallback =
    dialect === 'sqlite' ? stringLiteral('file:app.db') : stringLiteral('postgres://localhost/app');
  const text = fillTemplate(packageTemplate('alembic.config.ts'), {
    dialect: stringLiteral(dialect),
    // A url may hold a password: it is pointed at, not copied.
    url: `process.env.${urlVariable(kit)} ?? ${dialect === 'sqlite' && kit.sqliteFile ? stringLiteral(kit.sqliteFile) : fallback}`,
    schema:
      schema.length === 1 ? stringLiteral(schema[0] ?? '') : `[${schema.map(stringLiteral).join(', ')}]`,
    revisions: stringLiteral('./revisions'),
  });
  const extra = [
    ...(kit.isTurso ? ['  authToken: process.env.TURSO_AUTH_TOKEN,'] : []),
    ...(kit.casing ? [`  casing: ${stringLiteral(kit.casing)},`] : []),
    "  template: './templates/revision.ts.tmpl',",
  ];
  return text.replace(/\n\}\);\s*$/, `\n${extra.join('\n')}\n});\n`);
}

function urlVariable({ isTurso }: DrizzleKitSettings): string {
  return isTurso ? 'TURSO_DATABASE_URL' : 'DATABASE_URL';
}

/** The dialect whose driver the project has. */
function installedDialect(folder: string): DialectName {
  const has = (name: string) => existsSync(join(folder, 'node_modules', name));
  return has('postgres') && !has('better-sqlite3') && !has('libsql') ? 'postgres' : 'sqlite';
}

function isFilled(folder: string): boolean {
  return existsSync(folder) && readdirSync(folder).length > 0;
}

function writeNew(file: string, text: string): boolean {
  makeFolder(dirname(file));
  try {
    writeFileSync(file, text, { flag: 'wx' });
    return true;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw unwritable(file, cause);
  }
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (cause) {
    throw unwritable(folder, cause);
  }
}

function unwritable(path: string, cause: unknown): RevError {
  const code = (cause as NodeJS.ErrnoException).code ?? String(cause);
  return new RevError('REV_UNWRITABLE', `${path} cannot be written (${code}).`, {
    hint: 'Make the folder writable, or run rev init in another one.',
    cause,
  });
}
