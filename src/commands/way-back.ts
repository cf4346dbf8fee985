import type { ResolvedConfig } from '../config/config.js';
import { isSecretSetting, redactText } from '../config/url.js';
import { shellWord } from '../errors.js';
import type { Database } from './database.js';
import type { Environment } from './environment.js';

/**
 * How a run's backup is brought back: by the same database as the run's, or not at all. So it has all that the
 * configuration was given, and where one of these is a secret, words instead of a command.
 */
export function wayBack(
  environment: Environment,
  config: ResolvedConfig,
  { dialect, driver }: Database,
  file: string,
): string {
  const before = 'The database as it was before this run:';
  if (!dialect.canRestore(driver)) return `${before} ${file}`;
  if (environment.connection) return `${before} restore({ file: ${JSON.stringify(file)}, connection })`;
  const settings = settingsOf(environment, config);
  const words = settings.map(({ option, value }) => `${option} ${shellWord(value)}`);
  const command = ['rev restore', shellWord(file), ...words].join(' ');
  const isSecret =
    settings.some(({ name, value }) => isSecretSetting(name, value)) ||
    redactText(command, config.url ?? '') !== command;
  if (!isSecret) return `${before} ${command}`;
  const options = [...new Set(settings.map(({ option }) => option))].join(', ');
  return `${before} ${file}\nTo bring it back, give rev restore this file and the same ${options} as the run: there is a secret in what they were given.`;
}

interface Setting {
  readonly option: string;
  readonly name: string;
  readonly value: string;
}

/** What decides which database it is: the configuration may be a function of it. */
function settingsOf(
  { configFile, env, url, tag, args }: Environment,
  { database }: ResolvedConfig,
): readonly Setting[] {
  const options = Object.entries({ config: configFile, env, database, url, tag });
  return [
    ...options.flatMap(([name, value]) => (value ? [{ option: `--${name}`, name, value }] : [])),
    ...Object.entries(args).map(([name, value]) => ({ option: '-x', name, value: `${name}=${value}` })),
  ];
}
