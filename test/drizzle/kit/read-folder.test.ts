import { cpSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readKitFolder } from '../../../src/drizzle/kit/read-folder.js';
import { RevError } from '../../../src/errors.js';
import { repository } from '../../support/project.js';
import { temporaryFolder } from '../../support/sqlite.js';

/** A copy of what drizzle-kit has written, to spoil. */
function kitFolder(name: string): string {
  const folder = join(temporaryFolder(), 'drizzle');
  cpSync(join(repository, 'test/fixtures/drizzle-kit', name, 'drizzle'), folder, { recursive: true });
  return folder;
}

function refusalOf(folder: string): RevError {
  try {
    readKitFolder(folder);
  } catch (error) {
    if (error instanceof RevError) return error;
    throw error;
  }
  throw new Error('It was read.');
}

describe('a folder of drizzle-kit 0.31', () => {
  it('is a line, in the order of its journal', () => {
    const { format, dialect, migrations } = readKitFolder(kitFolder('postgres-0.31'));
    expect([format, dialect]).toEqual(['0.31', 'postgres']);
    expect(migrations.map(({ message }) => message)).toEqual([
      'first',
      'tags and age',
      'rename name',
      'seed',
      'tighten',
      'drop tags',
      'preferences',
    ]);
    expect(migrations.map(({ parents }) => parents.length)).toEqual([0, 1, 1, 1, 1, 1, 1]);
    expect(migrations[0]?.when).toBe(1795222095769);
  });

  it.each([
    ['20260102030405_first', '20260102030405_snapshot.json'],
    ['1767321845_first', '1767321845_snapshot.json'],
  ])('may number its migrations by date: %s', (tag, snapshot) => {
    const folder = kitFolder('sqlite-0.31');
    renameSync(join(folder, '0000_first.sql'), join(folder, `${tag}.sql`));
    renameSync(join(folder, 'meta/0000_snapshot.json'), join(folder, 'meta', snapshot));
    const journal = join(folder, 'meta/_journal.json');
    writeFileSync(journal, readFileSync(journal, 'utf8').replace('0000_first', tag));
    const [first, second] = readKitFolder(folder).migrations;
    expect(first).toMatchObject({ name: tag, message: 'first' });
    expect(second?.snapshot?.prevId).toBe(first?.snapshot?.id);
  });

  it('keeps one snapshot for all where migrations have no prefix: the last one has it', () => {
    const folder = kitFolder('sqlite-0.31');
    const journal = join(folder, 'meta/_journal.json');
    writeFileSync(journal, readFileSync(journal, 'utf8').replace(/"\d{4}_/g, '"_'));
    const tags = ['first', 'tags_and_age', 'rename_things', 'seed', 'tighten', 'drop_tags'];
    for (const [at, tag] of tags.entries())
      renameSync(join(folder, `000${at}_${tag}.sql`), join(folder, `_${tag}.sql`));
    renameSync(join(folder, 'meta/0005_snapshot.json'), join(folder, 'meta/_snapshot.json'));
    const { migrations } = readKitFolder(folder);
    expect(migrations.map(({ snapshot }) => snapshot !== null)).toEqual([
      false,
      false,
      false,
      false,
      false,
      true,
    ]);
    expect(migrations[5]?.message).toBe('drop tags');
  });

  const spoiled: readonly (readonly [string, (folder: string) => void, RegExp])[] = [
    ['is not there', (folder) => rmSync(folder, { recursive: true }), /does not exist/],
    [
      'has no journal',
      (folder) => rmSync(join(folder, 'meta'), { recursive: true }),
      /no meta\/_journal.json/,
    ],
    [
      'has a broken journal',
      (folder) => writeFileSync(join(folder, 'meta/_journal.json'), '{ "e": ['),
      /no JSON/,
    ],
    [
      'has a journal of nothing',
      (folder) => writeFileSync(join(folder, 'meta/_journal.json'), '{ "entries": [] }'),
      /lists no migration/,
    ],
    [
      'has a journal that leads elsewhere',
      (folder) =>
        writeFileSync(join(folder, 'meta/_journal.json'), '{ "entries": [{ "tag": "../x", "when": 1 }] }'),
      /no file's name/,
    ],
    ['lacks a file', (folder) => rmSync(join(folder, '0002_rename_things.sql')), /there is no .*0002_rename/],
    ['has a stray file', (folder) => writeFileSync(join(folder, '0009_mine.sql'), 'select 1'), /is not in/],
    [
      'is of MySQL',
      (folder) => {
        const journal = join(folder, 'meta/_journal.json');
        writeFileSync(journal, readFileSync(journal, 'utf8').replace('"sqlite"', '"mysql"'));
      },
      /of a mysql project/,
    ],
    [
      'has a conflict in a snapshot',
      (folder) => writeFileSync(join(folder, 'meta/0001_snapshot.json'), '<<<<<<< HEAD'),
      /0001_snapshot.json is no JSON/,
    ],
    ['holds nothing', (folder) => rmSync(join(folder, 'meta'), { recursive: true }), /meta/],
    [
      'holds the other format too',
      (folder) =>
        cpSync(join(kitFolder('sqlite-1.x'), '20261121004950_first'), join(folder, '2026_x'), {
          recursive: true,
        }),
      /both lines/,
    ],
  ];

  it.each(spoiled)('is refused if it %s', (_how, spoil, message) => {
    const folder = kitFolder('sqlite-0.31');
    spoil(folder);
    const error = refusalOf(folder);
    expect(error.code).toBe('REV_IMPORT');
    expect(error.message).toMatch(message);
    expect(error.hint ?? '').not.toBe('');
  });
});

describe('a folder of drizzle-kit 1.x', () => {
  it('is a graph: what a snapshot follows are its parents', () => {
    const { format, migrations } = readKitFolder(kitFolder('postgres-1.x'));
    expect(format).toBe('1.x');
    const [nick, notes, bio] = migrations.slice(-3);
    expect(nick?.parents).toEqual(notes?.parents);
    expect(new Set(bio?.parents)).toEqual(new Set([nick?.name, notes?.name]));
    expect(migrations[0]).toMatchObject({ parents: [], when: Date.UTC(2026, 10, 21, 0, 48, 31) });
  });

  it('is in an order that can be run, though a clock was wrong', () => {
    const folder = kitFolder('sqlite-1.x');
    renameSync(join(folder, '20261121004953_tags_and_age'), join(folder, '20200101000000_tags_and_age'));
    expect(readKitFolder(folder).migrations[0]?.message).toBe('first');
  });

  it('is refused without the snapshot that says where a migration belongs', () => {
    const folder = kitFolder('sqlite-1.x');
    rmSync(join(folder, '20261121004953_tags_and_age/snapshot.json'));
    expect(refusalOf(folder).message).toContain('has no snapshot.json');
    rmSync(join(folder, '20261121004953_tags_and_age'), { recursive: true });
    expect(refusalOf(folder).message).toContain('follows a snapshot that is not there');
  });

  it('is refused without dates', () => {
    const folder = kitFolder('sqlite-1.x');
    renameSync(join(folder, '20261121004953_tags_and_age'), join(folder, 'tags'));
    expect(refusalOf(folder).message).toContain('does not begin with a date');
  });
});
