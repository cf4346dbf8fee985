import { describe, expect, it } from 'vitest';
import { branchTable } from '../../src/cli/branch-text.js';

/** Operations side by side, in any width. */

const left = [
  { revision: 'aaaa', message: 'first', operations: ['create table invoices with a long name'], opaque: [] },
  { revision: 'bbbb', message: '', operations: [], opaque: [] },
];
const right = [{ revision: 'cccc', message: 'other', operations: ['drop table x'], opaque: ['asks'] }];

describe('branchTable', () => {
  it('puts branches side by side', () => {
    expect(branchTable(['left', 'right'], [left, right], 70)).toBe(
      [
        'left                                right',
        'aaaa  first                         cccc  other',
        '  create table invoices with a        drop table x',
        '    long name                         ? asks',
        'bbbb',
        '  (nothing)',
      ].join('\n'),
    );
  });

  it('puts them one after the other where there is no room', () => {
    expect(branchTable(['left', 'right'], [left, right], 40).split('\n')).toEqual([
      'left',
      'aaaa  first',
      '  create table invoices with a long name',
      'bbbb',
      '  (nothing)',
      '',
      'right',
      'cccc  other',
      '  drop table x',
      '  ? asks',
    ]);
  });

  it.each([0, 1, 3, 200])('ends in a terminal of %i columns, whatever the words', (width) => {
    const operations = [`create table ${'x'.repeat(500)}`, '   '];
    const text = branchTable(['a', 'b', 'c'], [left, right, [{ ...left[1], operations }]] as never, width);
    expect(text.replace(/\s/g, '')).toContain('x'.repeat(100));
  });
});
