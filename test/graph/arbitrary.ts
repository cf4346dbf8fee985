/**
 * Random revisions for property tests: sound ones with merges, labels and dependencies, and hostile ones.
 */
import fc from 'fast-check';
import type { RevisionNode } from '../../src/graph/graph.js';

/** Revisions that make a graph; parents may also be ancestors of each other, as hand-written files have it. */
export const soundRevisions: fc.Arbitrary<RevisionNode[]> = fc
  .array(
    fc.record({
      parents: fc.array(fc.nat(), { maxLength: 3 }),
      depends: fc.array(fc.nat(), { maxLength: 2 }),
      labelled: fc.boolean(),
      near: fc.boolean(),
      day: fc.option(fc.integer({ min: 1, max: 28 })),
    }),
    { maxLength: 14 },
  )
  .map((seeds) => {
    const id = (n: number) => ((n + 1) * 2654435761).toString(16).slice(-8);
    const labelOf = (at: number) => (seeds[at]?.labelled && at % 3 === 0 ? `label_${at}` : undefined);
    // A dependency may be named by a label as well.
    const nameOf = (at: number, n: number) => (n % 2 === 0 ? labelOf(at) : undefined) ?? id(at);
    return seeds.map((seed, at): RevisionNode => {
      const label = labelOf(at);
      // Near parents make long lines, far ones forks and merges.
      const before = (n: number) => id(seed.near ? at - 1 - (n % Math.min(at, 2)) : n % at);
      return {
        id: id(at),
        down: at === 0 ? [] : seed.parents.map(before),
        labels: label === undefined ? [] : [label],
        depends: at === 0 ? [] : seed.depends.map((n) => nameOf(n % at, n)),
        ...(seed.day === null ? {} : { created: `2026-02-${String(seed.day).padStart(2, '0')}T00:00:00Z` }),
      };
    });
  });

const odd = [
  ...[
    '',
    ' ',
    'head',
    'heads',
    'base',
    'current',
    '__proto__',
    'constructor',
    'toString',
    'a@b',
    '@',
    ':',
    'a-1',
    '+1',
  ],
  ...[
    '-1',
    '\u0000',
    '\u202e',
    '\ud800',
    'ünïcödé',
    '🦊🦊🦊🦊',
    'a\nb',
    '*',
    '^',
    '~1',
    '..',
    'x'.repeat(5_000),
  ],
];

const name = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'aaaa', 'aaab', 'x') },
  { weight: 1, arbitrary: fc.constantFrom(...odd) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 6 }) },
);

/** Anything at all: circles, absent parents, doubled ids, labels that are ids, odd characters. */
export const hostileRevisions: fc.Arbitrary<RevisionNode[]> = fc.array(
  fc.record(
    {
      id: name,
      down: fc.array(name, { maxLength: 2 }),
      labels: fc.array(name, { maxLength: 1 }),
      depends: fc.array(name, { maxLength: 1 }),
      created: fc.string({ maxLength: 12 }),
      source: fc.constantFrom('a.ts', 'revisions/b.ts', 'a\u0000b.ts', `${'x/'.repeat(2_000)}c.ts`),
    },
    { requiredKeys: ['id', 'down', 'labels', 'depends'] },
  ),
  { maxLength: 6 },
);

/** Targets of every form, about the given names and some that are not there. */
export function targetFor(names: readonly string[]): fc.Arbitrary<string> {
  const known = fc.constantFrom('head', 'heads', 'base', 'label_0', 'label_3', ...names);
  const symbol = fc.oneof(
    { weight: 8, arbitrary: known },
    { weight: 1, arbitrary: known.map((text) => text.slice(0, 3)) },
    { weight: 1, arbitrary: name },
  );
  const offset = fc.tuple(fc.constantFrom('+', '-'), fc.nat({ max: 4 })).map(([sign, n]) => `${sign}${n}`);
  return fc.oneof(
    { weight: 4, arbitrary: symbol },
    { weight: 3, arbitrary: fc.tuple(symbol, symbol).map((parts) => parts.join('@')) },
    { weight: 2, arbitrary: offset },
    { weight: 2, arbitrary: fc.tuple(symbol, offset).map((parts) => parts.join('')) },
    { weight: 2, arbitrary: fc.tuple(symbol, offset).map((parts) => parts.join('@')) },
    { weight: 1, arbitrary: fc.tuple(symbol, symbol, offset).map(([a, b, n]) => `${a}@${b}${n}`) },
  );
}

/** Targets of no form: what targets are made of, in any order. */
export function hostileTarget(names: readonly string[]): fc.Arbitrary<string> {
  const parts = [
    ...[
      '@',
      '+',
      '-',
      ':',
      '.',
      ',',
      '*',
      '^',
      '~',
      ' ',
      '0',
      '1',
      '2',
      '99',
      '1e9',
      '9'.repeat(400),
      '-0',
      'ab',
      '/',
    ],
    ...[
      'head',
      'heads',
      'base',
      'current',
      'HEAD',
      'label_0',
      '__proto__',
      'constructor',
      '\u0000',
      '\ud800',
      '\n',
    ],
    ...['x'.repeat(5_000), ...names],
  ];
  return fc.oneof(
    {
      weight: 4,
      arbitrary: fc.array(fc.constantFrom(...parts), { maxLength: 6 }).map((all) => all.join('')),
    },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 8 }) },
    { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 8 }) },
  );
}

/** Version rows as somebody may have left them: unknown, doubled, under one another. */
export function hostileRows(names: readonly string[]): fc.Arbitrary<string[]> {
  const known = fc.constantFrom('', ...names);
  return fc.oneof(
    { weight: 3, arbitrary: fc.array(known, { maxLength: 5 }) },
    {
      weight: 1,
      arbitrary: fc.array(fc.oneof(known, fc.constantFrom('zz', 'abcd', ...odd)), { maxLength: 4 }),
    },
  );
}
