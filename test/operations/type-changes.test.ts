import { describe, expect, it } from 'vitest';
import { column, losses } from '../../src/operations/index.js';
import { keepsValues } from '../../src/operations/type-changes.js';

describe('a change of type', () => {
  it.each([
    ['integer', 'bigint'],
    ['smallserial', 'int4'],
    ['integer', 'numeric'],
    ['integer', 'text'],
    ['varchar(20)', 'varchar(40)'],
    ['character varying(20)', 'text'],
    ['varchar(5)', 'character varying'],
    ['numeric(10, 2)', 'numeric(12,3)'],
    ['real', 'double precision'],
    ['date', 'timestamp with time zone'],
    ['timestamp (3)', 'timestamp'],
    ['json', 'jsonb'],
    ['vector(3)', 'vector'],
    ['geometry(Point, 4326)', 'geometry(point,4326)'],
    ['extensions.geometry(point)', 'extensions.geometry'],
  ])('from %s to %s keeps every value', (from, to) => {
    expect(keepsValues(from, to)).toBe(true);
  });

  it.each([
    ['text', 'integer'],
    ['bigint', 'integer'],
    ['integer', 'real'],
    ['varchar(40)', 'varchar(20)'],
    ['varchar', 'varchar(20)'],
    ['numeric(10,2)', 'numeric(10,3)'],
    ['timestamp', 'timestamp(3)'],
    ['timestamp', 'date'],
    ['text', 'mood'],
    ['jsonb', 'json'],
    ['bit(3)', 'bit(5)'],
    ['vector(3)', 'vector(5)'],
    ['extensions.halfvec', 'extensions.halfvec(5)'],
    ['geometry(point)', 'geometry(polygon)'],
  ])('from %s to %s may lose something', (from, to) => {
    expect(keepsValues(from, to)).toBe(false);
  });

  it('is said in the revision where it may', () => {
    const change = {
      kind: 'alterColumn',
      name: 'zip',
      to: { type: 'integer' },
      was: column('zip', 'text'),
    } as const;
    expect(losses({ kind: 'alterTable', table: { schema: null, name: 'a' }, changes: [change] })).toEqual([
      'what integer cannot hold of column a.zip (text)',
    ]);
  });
});
