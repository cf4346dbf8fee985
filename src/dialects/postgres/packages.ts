import { createRequire } from 'node:module';
import { join } from 'node:path';
import { RevError } from '../../errors.js';

/**
 * postgres.js and drizzle-orm are the user's own copies: found from the user's project, and only if that has none
 * from the folder that this package lies in. Nothing is loaded before it is needed.
 */
export function loadPackage(specifier: string, from: string | undefined): unknown {
  const name = /^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier;
  const places = [...(from === undefined ? [] : [join(from, 'package.json')]), import.meta.url];
  for (const place of places) {
    const require = createRequire(place);
    let path: string;
    try {
      path = require.resolve(specifier);
    } catch {
      continue;
    }
    return require(path);
  }
  throw new RevError('REV_DRIVER_MISSING', `The package ${name} is not installed.`, {
    hint: `npm i ${name}`,
    data: { package: name },
  });
}
