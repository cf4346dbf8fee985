import { describe, expect, test } from 'vitest';
import { postgres } from '../../../src/dialects/postgres/index.js';
import { session } from '../../support/postgres-session.js';

const { rules } = postgres;

test('names are stored in 63 bytes, and no character is cut in half', () => {
  expect(rules.storedName('short')).toBe('short');
  expect(rules.storedName('n'.repeat(70))).toBe('n'.repeat(63));
  expect(rules.storedName(`${'n'.repeat(62)}é`)).toBe('n'.repeat(62));
  expect(rules.storedName(`${'n'.repeat(59)}😀x`)).toBe(`${'n'.repeat(59)}😀`);
});

test('the names of PostgreSQL’s own are the same as ours', async () => {
  const { sql } = await session();
  const name = `${'ä'.repeat(31)}x`;
  await sql(`create table "${name}" (a int)`);
  expect(await sql(`select relname from pg_class where relkind = 'r' and relname like 'ä%'`)).toEqual([
    { relname: rules.storedName(name) },
  ]);
});

test('types are equal in any spelling', () => {
  expect(rules.equalTypes('character varying(20)', 'varchar (20)')).toBe(true);
  expect(rules.equalTypes('"char"', 'char')).toBe(false);
  expect(rules.equalTypes('timestamp without time zone', 'timestamptz')).toBe(false);
  expect(rules.equalTypes('serial', 'integer')).toBe(false);
});

describe('a new type', () => {
  /** from, to, a value and what becomes of it; null: PostgreSQL must refuse rather than cut or guess. */
  const cases: readonly (readonly [from: string, to: string, value: string, text: string | null])[] = [
    ['text', 'integer', '2020', '2020'],
    ['varchar(9)', 'numeric(5, 2)', '1.256', '1.26'],
    ['text', 'boolean', 'yes', 'true'],
    ['text', 'uuid', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'],
    ['text', 'jsonb', '{"a":1}', '{"a": 1}'],
    ['text', 'timestamptz', '2020-01-02 00:00:00+00', '2020-01-02 00:00:00+00'],
    ['text', 'text[]', 'x', '{x}'],
    ['text', 'integer[]', '7', '{7}'],
    ['integer', 'bigint[]', '7', '{7}'],
    // Text that looks like an array's is text all the same: one element.
    ['text[]', 'text', '{a,"b c",NULL}', '{a,"b c",NULL}'],
    ['text', 'text[]', '{a,b}', '{"{a,b}"}'],
    ['text', 'text[]', '{"a": 1}', '{"{\\"a\\": 1}"}'],
    ['text', 'varchar(2)[]', '{abc}', null],
    ['text', 'integer[]', '{7,8}', null],
    ['text', 'jsonb[]', '{"a": 1}', '{"{\\"a\\": 1}"}'],
    ['text', 'uuid[]', '{}', null],
    ['text', 'mood[]', 'ok', '{ok}'],
    ['text', 'mood', 'ok', 'ok'],
    ['varchar(5)', 'mood', 'ok', 'ok'],
    ['mood', 'other', 'ok', 'ok'],
    ['mood', 'text', 'ok', 'ok'],
    ['mood[]', 'other[]', '{ok}', '{ok}'],
    ['mood', 'varchar(5)', 'ok', 'ok'],
    ['text[]', 'mood[]', '{ok}', '{ok}'],
    ['text[]', 'integer[]', '{1,2}', '{1,2}'],
    ['integer', 'text', '5', '5'],
    ['integer', 'smallint', '5', '5'],
    ['integer', 'boolean', '1', 'true'],
    ['smallint', 'boolean', '0', 'false'],
    ['boolean', 'integer', 'true', '1'],
    ['boolean', 'smallint', 'true', '1'],
    ['double precision', 'integer', '1.6', '2'],
    ['timestamptz', 'date', '2020-01-02 00:00:00+00', '2020-01-02'],
    ['date', 'timestamp', '2020-01-02', '2020-01-02 00:00:00'],
    ['timestamp', 'time', '2020-01-02 03:04:05', '03:04:05'],
    ['json', 'jsonb', '{"a":1}', '{"a": 1}'],
    ['jsonb', 'text', '{"a":1}', '{"a": 1}'],
    ['inet', 'cidr', '10.0.0.0/8', '10.0.0.0/8'],
    ['integer', 'serial', '3', '3'],
    ['bigserial', 'integer', '3', '3'],
    ['text', 'bit(3)', '101', '101'],
    // Nothing is cut in silence.
    ['varchar(20)', 'varchar(5)', '0123456789', null],
    ['text', 'varchar(5)', '0123456789', null],
    ['text', 'char(5)', '0123456789', null],
    ['text', 'bit(3)', '10101', null],
    ['bit(5)', 'bit(3)', '10101', null],
    ['text[]', 'varchar(2)[]', '{abc}', null],
    ['bigint', 'integer', '9007199254740991', null],
    ['text', 'integer', 'x', null],
    ['integer[]', 'integer', '{1,2}', null],
    ['integer', 'uuid', '5', null],
    ['integer', 'date', '5', null],
    ['int4range', 'int8range', '[1,3)', '[1,3)'],
    ['numrange', 'int4range', '[1.5,3)', null],
    ['int4range', 'int4multirange', '[1,3)', '{[1,3)}'],
    ['tsrange', 'daterange', '["2020-01-01 01:00","2020-01-01 03:00")', null],
    ['jsonb', 'integer', '5', '5'],
    ['polygon', 'point', '((0,0),(2,2))', '(1,1)'],
    ['bytea', 'uuid', 'x', null],
    ['uuid', 'integer', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', null],
    ['date', 'integer', '2020-01-02', null],
  ];

  test.each(cases)('%s → %s: %s becomes %s', async (from, to, value, text) => {
    const { sql, apply } = await session();
    const nullable = !/serial/.test(from + to);
    await sql(`create type mood as enum ('sad', 'ok'); create type other as enum ('ok');
      create table t ("the column" ${from}); insert into t values ('${value}')${nullable ? ', (null)' : ''}`);
    const using = rules.conversion('the column', from, to);
    const change = apply({
      kind: 'alterTable',
      table: { schema: null, name: 't' },
      changes: [
        { kind: 'alterColumn', name: 'the column', to: { type: to }, ...(using === null ? {} : { using }) },
      ],
    });
    if (text === null) {
      await expect(change).rejects.toMatchObject({ code: 'REV_STATEMENT' });
      return;
    }
    await change;
    const rows = await sql(
      `set timezone = 'UTC'; set datestyle = 'ISO'; select "the column"::text as v from t`,
    );
    expect(rows.map(({ v }) => v)).toEqual(nullable ? [text, null] : [text]);
  });
});

describe('a new type and the way back', () => {
  /** from, to, a value, and what it is between. */
  const cases: readonly (readonly [from: string, to: string, value: string, between: string])[] = [
    ['text', 'text[]', '{a,b}', '{"{a,b}"}'],
    ['text', 'varchar(9)[]', 'a,b', '{"a,b"}'],
    ['text[]', 'text', '{a,"b c",NULL}', '{a,"b c",NULL}'],
    ['text[]', 'text', '[0:1]={a,b}', '[0:1]={a,b}'],
    ['integer[]', 'text', '{1,2}', '{1,2}'],
    ['integer', 'integer[]', '7', '{7}'],
    ['integer', 'bigint[]', '7', '{7}'],
    ['mood', 'mood[]', 'ok', '{ok}'],
    ['uuid', 'text[]', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}'],
  ];
  const alter = (type: string, using: string | null | undefined) => ({
    kind: 'alterTable' as const,
    table: { schema: null, name: 't' },
    changes: [{ kind: 'alterColumn' as const, name: 'c', to: { type }, ...(using ? { using } : {}) }],
  });

  test.each(cases)('%s → %s → %s', async (from, to, value, between) => {
    const { sql, apply } = await session();
    await sql(`create type mood as enum ('sad', 'ok');
      create table t (c ${from}); insert into t values ('${value}'), (null)`);
    const values = async () => (await sql('select c::text as v from t')).map(({ v }) => v);
    await apply(alter(to, rules.conversion('c', from, to)));
    expect(await values()).toEqual([between, null]);
    await apply(alter(from, rules.conversionBack?.('c', from, to)));
    expect(await values()).toEqual([value, null]);
  });

  test('an array of several numbers does not become one of them', async () => {
    const { sql, apply } = await session();
    await sql(`create table t (c integer[]); insert into t values ('{1,2}')`);
    await expect(
      apply(alter('integer', rules.conversionBack?.('c', 'integer', 'integer[]'))),
    ).rejects.toMatchObject({ code: 'REV_STATEMENT', data: { sqlstate: '22P02' } });
  });
});
