/** The user's own copies of packages, loaded when they are needed and not before. */

import { createRequire } from 'node:module';
import { join } from 'node:path';
import { RevError } from '../../errors.js';

/**
 * Finds a CommonJS package as seen from the folder, or else from this package's own place.
 * @returns the `require` of the place where it is, so that more of the same copy can be loaded.
 * @throws RevError REV_DRIVER_MISSING with the command that installs it.
 */
export function findPackage(name: string, from: string | undefined): NodeJS.Require {
  const found = placesOf(from).find((require) => canResolve(require, name));
  if (found) return found;
  const installed = name.split('/')[0] ?? name;
  throw new RevError('REV_DRIVER_MISSING', `The package ${installed} is not installed.`, {
    hint: `npm i ${installed}`,
    data: { package: installed },
  });
}

/** The `require` of the folder, and that of this package. */
export function placesOf(from: string | undefined): readonly NodeJS.Require[] {
  const places = from === undefined ? [import.meta.url] : [join(from, 'package.json'), import.meta.url];
  return places.map((place) => createRequire(place));
}

export function canResolve(require: NodeJS.Require, name: string): boolean {
  try {
    require.resolve(name);
    return true;
  } catch {
    return false;
  }
}
