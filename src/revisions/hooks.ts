/** Commands of the project that a new revision file goes through: formatters, linters. */

import { spawnSync } from 'node:child_process';
import { delimiter, join, relative } from 'node:path';
import { RevError, shellWord } from '../errors.js';

/**
 * Runs each command on the file, in the project's folder, with its own packages' commands first on the PATH (as npm
 * does). What they print is returned.
 * @throws RevError REV_HOOK for the first that fails; the file stays.
 */
export function runHooks(hooks: readonly string[], file: string, folder: string): readonly string[] {
  return hooks.map((hook) => {
    const result = spawnSync(`${hook} ${shellWord(file)}`, {
      shell: true,
      cwd: folder,
      encoding: 'utf8',
      env: {
        ...process.env,
        PATH: `${join(folder, 'node_modules/.bin')}${delimiter}${process.env.PATH ?? ''}`,
      },
    });
    const printed = `${result.stdout ?? ''}${result.stderr ?? ''}`.trim();
    if (result.status === 0) return printed;
    const why =
      result.error?.message ?? (result.signal ? `ended by ${result.signal}` : `exit code ${result.status}`);
    throw new RevError(
      'REV_HOOK',
      `The revision is written, but \`${hook}\` failed on it (${why}).\n${printed}`.trim(),
      {
        hint: `Look at ${relative(folder, file)}: keep it as it is, mend it, or delete it. \`hooks\` is in the configuration.`,
        data: { hook, file },
      },
    );
  });
}
