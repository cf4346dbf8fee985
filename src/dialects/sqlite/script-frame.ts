import type { Compiler } from '../dialect.js';

/**
 * What the driver does around a revision, as lines of a script: foreign keys are off while tables are rebuilt, and a
 * revision that leaves rows without a parent is rolled back by the CHECK, whose name says why.
 */
export const scriptFrame: Compiler['scriptFrame'] = (transactional) =>
  transactional
    ? {
        before: ['PRAGMA foreign_keys = OFF', 'BEGIN IMMEDIATE'],
        after: [
          'CREATE TEMP TABLE _rev_check (violations INTEGER CONSTRAINT "foreign keys are violated" CHECK (violations = 0))',
          'INSERT OR ROLLBACK INTO _rev_check SELECT count(*) FROM pragma_foreign_key_check',
          'DROP TABLE temp._rev_check',
          'COMMIT',
          'PRAGMA foreign_keys = ON',
        ],
      }
    : { before: [], after: [] };
