/** drizzle-kit 0.31: `NNNN_tag.sql`, in the order of `meta/_journal.json`. */

import { join } from 'node:path';
import { RevError } from '../../errors.js';
import { dialectOf, type KitHistory, type KitMigration, messageOf } from './history.js';
import { readJson, readText } from './json-file.js';

interface Entry {
  readonly tag: string;
  readonly when: number;
}

/** @throws RevError REV_IMPORT for a journal that cannot be read, and for files that it and the folder do not share */
export function readJournal(folder: string, journal: string, names: readonly string[]): KitHistory {
  const { dialect, entries } = readJson(journal) ?? {};
  const tags = readEntries(entries, journal);
  const stray = names.find((name) => name.endsWith('.sql') && !tags.some(({ tag }) => `${tag}.sql` === name));
  if (stray) {
    throw new RevError('REV_IMPORT', `${join(folder, stray)} is not in ${journal}.`, {
      hint: 'drizzle never runs a file that its journal does not list. Delete it, or bring it in with `drizzle-kit generate --custom`.',
      data: { file: join(folder, stray), journal },
    });
  }
  const migrations = tags.map(({ tag, when }, at): KitMigration => {
    const file = join(folder, `${tag}.sql`);
    const sql = readText(file);
    if (sql === undefined) {
      throw new RevError('REV_IMPORT', `${journal} lists ${tag}, and there is no ${file}.`, {
        hint: 'Take the file from version control; `drizzle-kit drop` removes a migration together with its entry.',
        data: { file, journal },
      });
    }
    const parent = tags[at - 1]?.tag;
    return {
      name: tag,
      message: messageOf(tag),
      file,
      sql,
      when,
      parents: parent === undefined ? [] : [parent],
      snapshot: readSnapshot(folder, tags, at),
    };
  });
  return { folder, format: '0.31', dialect: dialectOf(dialect, journal), migrations };
}

function readEntries(entries: unknown, journal: string): readonly Entry[] {
  const broken = (problem: string) =>
    new RevError('REV_IMPORT', `${journal} is no journal of drizzle-kit: ${problem}.`, {
      hint: 'drizzle-kit wrote it: take it from version control as it was.',
      data: { file: journal },
    });
  if (!Array.isArray(entries)) throw broken('it has no list `entries`');
  if (entries.length === 0) throw broken('it lists no migration');
  const seen = new Set<string>();
  return entries.map((entry: unknown, at) => {
    const { tag, when } = (entry ?? {}) as Partial<Entry>;
    if (typeof tag !== 'string' || typeof when !== 'number')
      throw broken(`entry ${at} has no \`tag\` and \`when\``);
    if (tag === '' || /[/\\]/.test(tag)) throw broken(`"${tag}" is no file's name`);
    if (seen.has(tag)) throw broken(`it lists ${tag} twice`);
    seen.add(tag);
    return { tag, when };
  });
}

/** Named by the number or date of the tag; with the prefix `none` there is one for all, which is the last one's. */
function readSnapshot(folder: string, tags: readonly Entry[], at: number): KitMigration['snapshot'] {
  const prefix = (entry: Entry | undefined) => entry?.tag.split('_')[0] ?? '';
  const own = prefix(tags[at]);
  if (tags.slice(at + 1).some((later) => prefix(later) === own)) return null;
  return readJson(join(folder, 'meta', `${own}_snapshot.json`)) ?? null;
}
