import { describe, test } from 'vitest';
import { type DefaultValue, literal } from '../../../src/catalog/index.js';
import { check, column } from '../../../src/operations/index.js';
import {
  catalogOf,
  enumColumn,
  expectNoPhantoms,
  expressionOf,
  index,
  major,
  mood,
  state,
  table,
  withDefault,
} from '../../support/postgres-models.js';

describe('no phantom changes', () => {
  test('for any spelling of types', async () => {
    const types =
      `integer|smallint|bigint|int4|int2|int8|serial|smallserial|bigserial|boolean|bool|text|json|jsonb|uuid|inet|cidr
      macaddr|macaddr8|real|float4|float8|float|float(10)|float(53)|date|double precision|varchar|varchar(255)|VARCHAR(33)
      character varying(5)|char|char(10)|character|bpchar|numeric|numeric(10, 2)|numeric(10)|decimal(8,3)|dec|time|time(3)
      time(3) with time zone|timetz|timestamp|timestamp (3)|timestamp(3)|timestamp (3) with time zone|timestamptz|timestamptz(3)
      timestamp with time zone|interval|interval(3)|interval day to second(3)|interval year|point|line|bit(5)|bit|bit varying
      varbit(7)|bytea|integer[3]|integer[][]|text[]|varchar(20)[]|numeric(10, 2)[]|timestamp(3)[]|int4range|tsvector|money|xml
      "char"|name|oid|pg_catalog.int4|nchar(3)|character varying|time without time zone|timestamp(6) with time zone`
        .split(/[|\n]/)
        .map((type) => type.trim());
    await expectNoPhantoms(
      catalogOf([
        table(types.map((type, at) => column(`c${at}`, type, { nullable: !type.includes('serial') }))),
      ]),
    );
  });

  test('for enums, with and without schema, quotes and arrays', async () => {
    await expectNoPhantoms(
      catalogOf(
        [
          table(
            [
              enumColumn('a', 'mood', mood, literal('ok')),
              enumColumn('b', '"mood"[]', mood, literal('{ok,sad}')),
              enumColumn('c', 'State', state, expressionOf(`'on'`)),
              enumColumn('d', 'app."State"[]', state, literal('{"on","off"}')),
              enumColumn('e', 'mood', mood, expressionOf(`'it''s'::mood`)),
            ],
            {
              checks: [
                check('ck', "a in ('ok', 'sad')"),
                check('ck2', "c <> 'off' and a = any('{ok}'::mood[])"),
              ],
            },
          ),
        ],
        { enums: [mood, state], schemas: ['app'] },
      ),
    );
  });

  test('for defaults', async () => {
    const defaults: readonly (readonly [type: string, value: DefaultValue])[] = [
      ['integer', literal(42)],
      ['integer', literal(-1)],
      ['integer', expressionOf('-1')],
      ['integer', expressionOf("'-1'::integer")],
      ['integer', expressionOf('(1 + 2)')],
      ['bigint', literal(9007199254740991)],
      ['bigint', literal(9007199254740993n)],
      ['bigint', literal(5n)],
      ['smallint', literal(0)],
      ['real', literal(-1.5)],
      ['real', literal(0.1)],
      ['double precision', literal(1e21)],
      ['double precision', literal(1e-7)],
      ['double precision', literal('NaN')],
      ['double precision', literal('Infinity')],
      ['numeric', literal('1.50')],
      ['numeric(10, 2)', literal('1.50')],
      ['numeric(10, 2)', literal(1.5)],
      ['numeric(10, 2)', literal(0)],
      ['numeric', literal('1000000000000000000000')],
      ['numeric', expressionOf('0::numeric')],
      ['boolean', literal(true)],
      ['boolean', literal(false)],
      ['boolean', expressionOf("'t'")],
      ['text', literal('abc')],
      ['text', literal('')],
      ['text', literal('null')],
      ['text', literal(`it's "x" \\ \\n $1 $$ % \n\t 😀`)],
      ['text', literal("'; drop table t; --")],
      ['text', expressionOf("'abc'::text")],
      ['text', expressionOf("E'a\\\\b'")],
      ['text', expressionOf("upper('x')")],
      ['text', expressionOf('current_user')],
      ['text', expressionOf("coalesce(null,'a'||'b')")],
      ['text', expressionOf("('x')")],
      ['text', expressionOf('null')],
      ['varchar(20)', literal('abc')],
      ['varchar', expressionOf("'abc'::varchar")],
      ['varchar(20)', expressionOf('null::varchar')],
      ['char(10)', literal('abc')],
      ['bit(3)', literal('101')],
      ['varbit', literal('101')],
      ['timestamptz', expressionOf('now()')],
      ['timestamptz', expressionOf('CURRENT_TIMESTAMP')],
      ['timestamptz', expressionOf("now() + interval '1 day'")],
      ['timestamp', expressionOf("(now() at time zone 'utc')")],
      ['timestamptz', literal('2020-01-02T03:04:05.678Z')],
      ['timestamp(3)', literal('2020-01-02T03:04:05.678')],
      ['date', literal('2020-01-02')],
      ['date', literal('Jan 2, 2020')],
      ['date', expressionOf('current_date')],
      ['time', literal('03:04')],
      ['interval', literal('1 day 2 hours')],
      ['interval', literal('P1D')],
      ['json', literal('{"a":1}')],
      ['jsonb', literal('{"b":1,"a":"it\'s"}')],
      ['jsonb', literal('{}')],
      ['jsonb', expressionOf("'[]'::jsonb")],
      ['jsonb', literal('"str"')],
      ['jsonb', literal('5')],
      ['integer[]', literal('{1,2,3}')],
      ['integer[]', literal('{}')],
      ['integer[]', expressionOf('ARRAY[]::integer[]')],
      ['integer[]', expressionOf("'{1, 2}'::int[]")],
      ['boolean[]', literal('{true,false}')],
      ['text[]', literal('{"a b","c\\"d",null}')],
      ['text[]', expressionOf("array['a', 'b']")],
      ['jsonb[]', literal('{"{\\"a\\":1}"}')],
      ['uuid', expressionOf('gen_random_uuid()')],
      ['uuid', literal('A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11')],
      ['bytea', literal('\\x01ff')],
      ['inet', literal('10.0.0.1')],
      ['cidr', literal('10.0.0.0/8')],
      ['point', literal('(1,2)')],
      ['line', literal('{1,2,3}')],
      ['integer', expressionOf("nextval('seq1')")],
      ['money', literal('1.5')],
      ['int4range', literal('[1,5]')],
    ];
    await expectNoPhantoms(
      catalogOf([table(defaults.map(([type, value], at) => withDefault(`c${at}`, type, value)))], {
        sequences: [
          {
            kind: 'sequence',
            schema: null,
            name: 'seq1',
            options: { start: '1', increment: '1', cache: '1', minValue: '1', cycle: false },
          },
        ],
      }),
    );
  });

  const columns = [
    column('id', 'integer'),
    column('a', 'text'),
    column('v', 'varchar(20)'),
    column('b', 'integer'),
    column('price', 'numeric(10, 2)'),
    column('c', 'timestamp'),
    column('d', 'jsonb'),
    column('email', 'varchar'),
    column('tags', 'text[]'),
    column('Odd name', 'text'),
  ];

  test('for checks', async () => {
    const expressions = [
      'b between 1 and 10',
      "a in ('x','y')",
      "v in ('x','y')",
      "v NOT IN ('x','y')",
      "a like 'z%'",
      'price >= 0',
      'cast(price as int) > -1',
      "trim(a) <> ''",
      'extract(year from c) > 2000',
      'email = lower(email)',
      '"t"."b" > 0',
      't.b > 0 and (t."a" is not null)',
      '((b > 0))',
      '(b > 0) or (a is null)',
      "case when b > 0 then a = 'x' else true end",
      'coalesce(b, 0) >= 0',
      "a ~ '^[a-z]+$'",
      "d ? 'key' and d->>'k' = 'v'",
      'd @> \'{"a":1}\'',
      'not (b > 5)',
      "c > now() - interval '1 day'",
      'length("Odd name") > 3 -- with a comment',
      "'x' = any(tags)",
      'array_length(tags, 1) < 5',
      "b % 2 = 0 and b::text <> '4'",
      "a IS DISTINCT FROM 'x'",
      "(a, b) <> ('x', 1)",
      "char_length(a) > 0 AND a !~~ '%''%'",
    ];
    await expectNoPhantoms(
      catalogOf([table(columns, { checks: expressions.map((each, at) => check(`check_${at}`, each)) })]),
    );
  });

  test('for indexes', async () => {
    const indexes = [
      index('i0', ['a', { column: 'b', order: 'desc', nulls: 'last' }]),
      index('i1', [{ expression: 'lower(a)' }, { expression: '(b+1)', order: 'desc', nulls: 'first' }]),
      index('i2', [{ expression: '"t"."b" * 2' }], { where: '"t"."b" > 0', unique: true }),
      index('i3', ['a'], { where: "a in ('x','y') and v in ('x', 'y')" }),
      index('i4', [
        { column: 'a', opclass: 'text_ops' },
        { column: 'v', opclass: 'text_pattern_ops' },
      ]),
      index('i5', ['d'], { method: 'gin', with: { fastupdate: 'off' } }),
      index('i6', [{ column: 'd', opclass: 'jsonb_path_ops' }], { method: 'gin' }),
      index('i7', ['b'], { with: { fillfactor: '70' }, include: ['a'] }),
      index('i8', [{ column: 'a', collation: 'C' }, { expression: "(d->>'k')" }]),
      index('i9', ['a'], { method: 'hash' }),
      index('i10', [
        { expression: 'coalesce(b, 0)' },
        { expression: 'a || v' },
        { expression: 'b', nulls: null },
      ]),
      index('i11', ['tags'], { method: 'gin', where: 'true' }),
      index('i12', [{ column: 'b', nulls: null }], {
        unique: true,
        ...(major >= 15 ? { nullsNotDistinct: true as const } : {}),
      }),
      index('i13', ['b'], { where: "price > 10 AND (c > '2020-01-01' OR a IS NULL)" }),
    ];
    await expectNoPhantoms(catalogOf([table(columns, { indexes })]));
  });

  test('for generated columns', async () => {
    const expressions: readonly (readonly [string, string])[] = [
      ['text', "upper(a) || '-' || b::text"],
      ['integer', '"t"."b" * 2'],
      ['text', "case when b > 0 then 'p' when b < 0 then 'n' else '0' end"],
      ['varchar(10)', "v || 'x'"],
      ['numeric', 'price * 1.19'],
      ['boolean', "v in ('x', 'y')"],
      ['tsvector', "to_tsvector('english', coalesce(a, ''))"],
    ];
    const generated = expressions.map(([type, sql], at) => column(`g${at}`, type, { generated: sql }));
    await expectNoPhantoms(
      catalogOf([
        table([...columns, ...generated], {
          checks: [check('on_generated', 'g1 > 0')],
          indexes: [index('ig', ['g0'])],
        }),
      ]),
    );
  });

  test('for identity and sequence options that say the default', async () => {
    const options = { start: '1', increment: '1', minValue: '1', cache: '1', cycle: false };
    await expectNoPhantoms(
      catalogOf(
        [
          table([
            column('a', 'integer', {
              nullable: false,
              identity: { kind: 'always', options: { ...options, maxValue: '2147483647' } },
            }),
            column('b', 'smallint', {
              nullable: false,
              identity: { kind: 'byDefault', options: { increment: '-2', maxValue: '-1' } },
            }),
          ]),
        ],
        {
          sequences: [
            {
              kind: 'sequence',
              schema: null,
              name: 's',
              options: { ...options, maxValue: '9223372036854775807' },
            },
          ],
        },
      ),
    );
  });

  test('for tables of other schemas that share a name', async () => {
    const inApp = table([column('b', 'text')], {
      schema: 'app',
      checks: [check('ck', `"app"."t"."b" in ('x')`)],
    });
    await expectNoPhantoms(
      catalogOf([table([column('a', 'varchar')], { checks: [check('ck', `"t"."a" in ('x')`)] }), inApp], {
        schemas: ['app'],
      }),
    );
  });

  test('for the same words on columns of other types, and of the table itself', async () => {
    const same = (name: string, type: string) =>
      table([column('a', type), column('Weird "name"', type)], {
        name,
        checks: [
          check(`${name}_ck`, 'A in (1, 2)'),
          check(`${name}_row`, `"${name}" is not null`),
          check(`${name}_odd`, '"Weird ""name""" > 0'),
          check(`${name}_escaped`, 'U&"\\0061" > 0'),
        ],
        indexes: [index(`${name}_ix`, [{ expression: 'a + 1' }], { where: 'a > 0 and "a" < 10' })],
      });
    await expectNoPhantoms(
      catalogOf([
        same('one', 'integer'),
        same('two', 'numeric'),
        same('three', 'bigint'),
        same('four', 'integer'),
      ]),
    );
  });

  test('for names longer than PostgreSQL stores', async () => {
    const long = `${'n'.repeat(60)}äöü_tail`;
    await expectNoPhantoms(
      catalogOf([
        table([column(long, 'text', { default: 'x' })], {
          name: long,
          checks: [check(`${long}_check`, `"${long}" in ('a')`)],
          indexes: [index(`${long.slice(0, 50)}_index`, [{ expression: `lower("${long}")` }])],
        }),
      ]),
    );
  });
});
