/** Reads the folder that drizzle-kit keeps its migrations in. */

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { RevError } from '../../errors.js';
import type { KitHistory } from './history.js';
import { readFolders } from './read-folders.js';
import { readJournal } from './read-journal.js';

/**
 * The migrations in `folder` (an absolute path), which must hold at least one.
 * @throws RevError REV_IMPORT
 */
export function readKitFolder(folder: string): KitHistory {
  const names = listFolder(folder);
  const folders = names.filter((name) => existsSync(join(folder, name, 'migration.sql')));
  const journal = join(folder, 'meta', '_journal.json');
  if (existsSync(journal)) {
    if (folders.length === 0) return readJournal(folder, journal, names);
    throw new RevError('REV_IMPORT', `${folder} holds migrations of both lines of drizzle-kit.`, {
      hint: `Finish what \`drizzle-kit up\` began: ${journal} belongs to 0.31, ${folders[0]} to 1.x.`,
      data: { folder },
    });
  }
  if (folders.length > 0) return readFolders(folder, folders);
  const sql = names.find((name) => name.endsWith('.sql'));
  throw new RevError(
    'REV_IMPORT',
    sql ? `${folder} has no meta/_journal.json.` : `${folder} holds no migrations of drizzle-kit.`,
    {
      hint: sql
        ? `drizzle-kit lists its migrations there, and ${sql} alone does not say where it belongs. Is meta/ in version control?`
        : 'Name the folder that `out` of drizzle.config.ts names: rev import drizzle ./drizzle',
      data: { folder },
    },
  );
}

/** Whether drizzle-kit has written migrations there. Never throws. */
export function hasKitMigrations(folder: string): boolean {
  try {
    return readdirSync(folder).some(
      (name) => name.endsWith('.sql') || existsSync(join(folder, name, 'migration.sql')),
    );
  } catch {
    return false;
  }
}

function listFolder(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort();
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new RevError(
      'REV_IMPORT',
      `The folder ${folder} ${code === 'ENOENT' ? 'does not exist' : `cannot be read (${code})`}.`,
      {
        hint: "Name the folder of drizzle-kit's migrations: rev import drizzle ./drizzle",
        data: { folder },
        cause,
      },
    );
  }
}
