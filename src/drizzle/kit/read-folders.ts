/** drizzle-kit 1.x: `<timestamp>_<name>/{migration.sql,snapshot.json}`, where a snapshot names those that it follows. */

import { join } from 'node:path';
import { RevError } from '../../errors.js';
import { dialectOf, type KitHistory, type KitMigration, messageOf } from './history.js';
import { readJson, readText } from './json-file.js';

/** What the first migration of all follows. */
const origin = /^0{8}-/;

/** @throws RevError REV_IMPORT for a snapshot that is missing, and for one that follows what is not there */
export function readFolders(folder: string, names: readonly string[]): KitHistory {
  const read = names.map((name) => {
    const file = join(folder, name, 'snapshot.json');
    const snapshot = readJson(file);
    if (!snapshot) {
      throw new RevError('REV_IMPORT', `${join(folder, name)} has no snapshot.json.`, {
        hint: 'It says which migrations this one follows: take it from version control.',
        data: { file },
      });
    }
    return { name, file, snapshot };
  });
  const byId = new Map(read.map(({ name, snapshot }) => [String(snapshot.id), name]));
  const migrations = read.map(({ name, file, snapshot }): KitMigration => {
    const parents = [snapshot.prevIds ?? []]
      .flat()
      .map(String)
      .filter((id) => !origin.test(id))
      .map((id) => {
        const parent = byId.get(id);
        if (parent !== undefined) return parent;
        throw new RevError('REV_IMPORT', `${file} follows a snapshot that is not there (${id}).`, {
          hint: 'Take the folder of that migration from version control, or see what `drizzle-kit check` says.',
          data: { file, missing: id },
        });
      });
    const sql = join(folder, name, 'migration.sql');
    return {
      name,
      message: messageOf(name),
      file: sql,
      sql: readText(sql) ?? '',
      when: timeOf(name, sql),
      parents,
      snapshot,
    };
  });
  const dialect = dialectOf(read[0]?.snapshot.dialect, read[0]?.file ?? folder);
  return { folder, format: '1.x', dialect, migrations: parentsFirst(migrations, folder) };
}

/** The date at the beginning of a folder's name. Drizzle's migrator reads it the same way. */
function timeOf(name: string, file: string): number {
  const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)/.exec(name)?.slice(1).map(Number);
  if (parts) {
    const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = parts;
    return Date.UTC(year, month - 1, day, hour, minute, second);
  }
  throw new RevError('REV_IMPORT', `The folder of ${file} does not begin with a date.`, {
    hint: 'drizzle-kit 1.x names its folders <YYYYMMDDhhmmss>_<name>.',
    data: { file },
  });
}

/** By name, as drizzle runs them, but never before what they follow: two machines' clocks may differ. */
function parentsFirst(migrations: readonly KitMigration[], folder: string): readonly KitMigration[] {
  const done = new Set<string>();
  const ordered: KitMigration[] = [];
  while (ordered.length < migrations.length) {
    const next = migrations.find(
      ({ name, parents }) => !done.has(name) && parents.every((parent) => done.has(parent)),
    );
    if (!next) {
      throw new RevError('REV_IMPORT', `The snapshots in ${folder} follow one another in a circle.`, {
        hint: 'Take them from version control as drizzle-kit wrote them.',
        data: { folder },
      });
    }
    done.add(next.name);
    ordered.push(next);
  }
  return ordered;
}
