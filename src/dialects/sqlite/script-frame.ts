import type { Compiler } from '../dialect.js';
import { quoteName } from './quote.js';

/** SQLite raises an error of one's own only inside of a trigger; a CHECK says its name when it fails. */
export const scriptRefusal: Compiler['scriptRefusal'] = (condition, message) => [
  `CREATE TEMP TABLE _rev_check (passed INTEGER CONSTRAINT ${quoteName(message)} CHECK (passed))`,
  `INSERT OR ROLLBACK INTO _rev_check SELECT ${condition}`,
  'DROP TABLE temp._rev_check',
];

/**
 * What the driver does around a revision, as lines of a script: foreign keys are off while tables are rebuilt, and a
 * revision that leaves rows without a parent is rolled back by the CHECK, whose name says why.
 */
export const scriptFrame: Compiler['scriptFrame'] = (transactional) =>
  transactional
    ? {
        before: ['PRAGMA foreign_keys = OFF', 'BEGIN IMMEDIATE'],
        after: [
          ...scriptRefusal(
            '(SELECT count(*) FROM pragma_foreign_key_check) = 0',
            'foreign keys are violated',
          ),
          'COMMIT',
          'PRAGMA foreign_keys = ON',
        ],
      }
    : { before: [], after: [] };
