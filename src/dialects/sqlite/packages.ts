/** The user's own copies of packages, loaded when they are needed and not before. */

import { createRequire } from 'node:module';
import { join } from 'node:path';
import { RevError } from '../../errors.js';

/**
 * Loads a CommonJS package as seen from the folder, or else from this package's own place.
 * @throws RevError REV_DRIVER_MISSING with the command that installs it.
 */
export function requirePackage(name: string, from: string | undefined): unknown {
  const places = from === undefined ? [import.meta.url] : [join(from, 'package.json'), import.meta.url];
  for (const place of places) {
    const require = createRequire(place);
    try {
      require.resolve(name);
    } catch {
      continue;
    }
    return require(name);
  }
  const installed = name.split('/')[0] ?? name;
  throw new RevError('REV_DRIVER_MISSING', `The package ${installed} is not installed.`, {
    hint: `npm i ${installed}`,
    data: { package: installed },
  });
}
