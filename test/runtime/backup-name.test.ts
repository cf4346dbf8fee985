import { describe, expect, it } from 'vitest';
import { backupName, backupsAmong, nextCount } from '../../src/runtime/backup-name.js';

const name = (database: string, heads: readonly string[] = ['5c1e8b70d2a4'], count = 1, place?: string) =>
  backupName({
    database: { name: database, place },
    heads,
    time: new Date('2026-11-21T10:45:00.900Z'),
    ending: 'dump',
    count,
  });

describe('the name of a backup', () => {
  it('has the database, the heads and the time', () => {
    expect(name('shop')).toBe('shop_5c1e8b70d2a4_20261121T104500Z.dump');
    expect(name('shop', [])).toBe('shop_base_20261121T104500Z.dump');
    expect(name('shop', ['b', 'a'])).toBe('shop_a+b_20261121T104500Z.dump');
    expect(name('shop', ['a'], 2)).toBe('shop_a_20261121T104500Z-2.dump');
  });

  it('can be a file everywhere, however many heads there are and whatever they are called', () => {
    const heads = Array.from({ length: 40 }, (_, n) => `head_${n}/ä`);
    for (const each of [name('../ä b', heads), name('.hidden'), name('x'.repeat(300), ['a b'])]) {
      expect(each).toMatch(/^[A-Za-z0-9-][\w.~+-]*$/);
      expect(each.length).toBeLessThan(230);
    }
    expect(name('a b')).not.toBe(name('a-b'));
    expect(name('shop', heads)).not.toBe(name('shop', [...heads.slice(1), 'other']));
  });

  it('tells the backups of one database from those of another, the oldest first', () => {
    const databases = ['shop', 'shop_eu', 'shop_5c1e8b70d2a4', 'sho', 'shop.old', 'a b', 'a-b'];
    for (const database of databases) {
      const all = databases.flatMap((each) => [name(each, ['z'], 10), name(each, ['z'], 9), name(each)]);
      expect(backupsAmong(all, { database: { name: database }, ending: 'dump' })).toEqual([
        name(database),
        name(database, ['z'], 9),
        name(database, ['z'], 10),
      ]);
    }
    const others = [
      'shop_a_20261121T104500Z.db',
      'shop_a_2026.dump',
      'shop.dump',
      '.shop_a_20261121T104500Z.dump',
    ];
    expect(backupsAmong(others, { database: { name: 'shop' }, ending: 'dump' })).toEqual([]);
  });

  it('counts on after the highest of that second, whatever heads it is of and whatever was deleted', () => {
    const next = (...names: readonly string[]) =>
      nextCount(names, {
        database: { name: 'shop' },
        ending: 'dump',
        time: new Date('2026-11-21T10:45:00.100Z'),
      });
    expect(next()).toBe(1);
    expect(next(name('other'), 'shop_a_20261121T104459Z-7.dump')).toBe(1);
    expect(next(name('shop', ['a']))).toBe(2);
    expect(next(name('shop', ['a'], 9), name('shop', ['b'], 10), name('other', ['b'], 12))).toBe(11);
  });

  it('tells files of one name in two folders apart', () => {
    const at = (place?: string) => name('app.db', ['z'], 1, place);
    const all = [at('/srv/one/app.db'), at('/srv/two/app.db'), at()];
    expect(new Set(all).size).toBe(3);
    expect(at('/srv/one/app.db')).toMatch(/^app\.db-[0-9a-f]{8}_z_20261121T104500Z\.dump$/);
    for (const [index, place] of ['/srv/one/app.db', '/srv/two/app.db', undefined].entries()) {
      expect(backupsAmong(all, { database: { name: 'app.db', place }, ending: 'dump' })).toEqual([
        all[index],
      ]);
    }
  });
});
