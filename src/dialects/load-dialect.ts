import type { DialectName } from '../catalog/index.js';
import type { Dialect } from './dialect.js';

/** The dialect of that name; only that one is loaded. */
export async function loadDialect(name: DialectName): Promise<Dialect> {
  switch (name) {
    case 'postgres':
      return (await import('./postgres/index.js')).postgres;
    case 'sqlite':
      return (await import('./sqlite/index.js')).sqlite;
  }
}
