import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drawTerminal, type Paint, type TerminalOptions } from '../../src/pictures/terminal.js';
import { columnsOf } from '../../src/pictures/text.js';
import { soundRevisions } from '../graph/arbitrary.js';
import { teamHistory } from '../support/histories.js';
import { pictureFrom } from './notation.js';

/** A drawing with a line break before it, so that it can stand under the graph in a test. */
function drawn(graph: string, options: TerminalOptions & { from?: string; current?: string[] } = {}): string {
  return `\n${drawTerminal(pictureFrom(graph, options), options)}\n`;
}

describe('a history in the terminal', () => {
  it('is a line', () => {
    expect(drawn('a; b<a; c<b')).toBe(`
●  c  do c  (head)
●  b  do b
●  a  do a  (base)
`);
  });

  it('is a diamond', () => {
    expect(drawn('a; b<a; c<a; d<b,c; e<d')).toBe(`
●    e  do e  (head)
●─╮  d  do d  (merge)
│ ●  c  do c
● │  b  do b
●─╯  a  do a  (branch) (base)
`);
  });

  it('has two branches and their merge', () => {
    expect(drawn('a; b1<a; b2<b1; c1<a [search]; c2<c1; m<b2,c2')).toBe(`
●─╮  m  do m  (head) (merge)
│ ●  c2  do c2
│ ●  c1  do c1  (search)
● │  b2  do b2
● │  b1  do b1
●─╯  a  do a  (branch) (base)
`);
  });

  it('has two bases, and says what depends on what', () => {
    expect(drawn('a1; a2<a1; n1 [net]; n2<n1 ~a2')).toBe(`
●  n2  do n2  (head) needs a2
●  n1  do n1  (net) (base)
●  a2  do a2  (effective head)
●  a1  do a1  (base)
`);
  });

  it('has a merge of three', () => {
    expect(drawn('a; b<a; c<a; d<a; m<b,c,d; z<m')).toBe(`
●      z  do z  (head)
●─┬─╮  m  do m  (merge)
│ │ ●  d  do d
│ ● │  c  do c
│ ├─╯
● │    b  do b
●─╯    a  do a  (branch) (base)
`);
  });

  it('has heads that were never merged', () => {
    expect(drawn('a; b<a; c<a; d<a')).toBe(`
●    d  do d  (head)
│ ●  c  do c  (head)
├─╯
│ ●  b  do b  (head)
●─╯  a  do a  (branch) (base)
`);
  });

  it('has lines that cross, and the one that goes on is on top', () => {
    expect(drawn('a; b<a; c<a; d<b,c; e<b,c; f<d,e')).toBe(`
●─╮      f  do f  (head) (merge)
│ ●─╮    e  do e  (merge)
●─│─│─╮  d  do d  (merge)
├─╯ │ │
│   ●─╯  c  do c  (branch)
●   │    b  do b  (branch)
●───╯    a  do a  (branch) (base)
`);
  });

  it('is ASCII where it must be', () => {
    expect(drawn('a; b<a; c<a; d<a; m<b,c,d', { ascii: true, current: ['m'] })).toBe(`
@-.-.  m  do m  (current) (head) (merge)
| | *  d  do d
| * |  c  do c
| |-'
* |    b  do b
*-'    a  do a  (branch) (base)
`);
  });

  it('marks where the database is', () => {
    expect(drawn('a; b<a', { current: ['a'] })).toBe(`
●  b  do b  (head)
◉  a  do a  (current) (base)
`);
  });

  it('says of a range what lies under it', () => {
    expect(drawn('a; b<a; c<a; d<b,c; e<d', { from: 'b' })).toBe(`
●  e  do e  (head)
●  d  do d  (merge) revises c
●  b  do b  revises a
`);
  });

  it('of nothing is nothing', () => {
    expect(drawTerminal(pictureFrom(''))).toBe('');
  });

  it('shortens messages, and what follows them only where it must', () => {
    const picture = pictureFrom([
      {
        id: '1f9a3c27be10',
        down: [],
        labels: ['billing'],
        depends: [],
        message: 'split 顧客 addresses from customers',
      },
    ]);
    const at = (columns: number) => drawTerminal(picture, { columns });
    expect(at(77)).toBe('●  1f9a3c27be10  split 顧客 addresses from customers  (billing) (head) (base)');
    expect(at(60)).toBe('●  1f9a3c27be10  split 顧客 addres…  (billing) (head) (base)');
    expect(at(40)).toBe('●  1f9a3c27be10  split 顧客…  (billing)');
  });

  it('shows nothing of a message that a terminal would obey', () => {
    const message = '\u001b[31mred\u0007\n\u202ereversed';
    expect(drawTerminal(pictureFrom([{ id: 'a', down: [], labels: [], depends: [], message }]))).toBe(
      '●  a  [31mred reversed  (head) (base)',
    );
  });

  it('colours by lane', () => {
    const text = (each: string) => each;
    const paint: Paint = {
      lane: (lane, each) => `${lane}${each}`,
      id: text,
      label: text,
      mark: text,
      note: text,
    };
    expect(
      drawTerminal(pictureFrom('a; b<a; c<a; m<b,c'), { paint })
        .split('\n')
        .map((line) => line.slice(0, 6)),
    ).toEqual(['0●1─1╮', '0│ 1● ', '0● 1│ ', '0●1─1╯']);
  });

  it('is no wider than the terminal, and shows each revision once', () => {
    fc.assert(
      fc.property(
        soundRevisions,
        fc.integer({ min: 20, max: 120 }),
        fc.boolean(),
        (revisions, columns, ascii) => {
          const lines = drawTerminal(pictureFrom(revisions), { columns, ascii }).split('\n');
          for (const line of lines) expect(columnsOf(line)).toBeLessThanOrEqual(columns);
          const shown = lines.flatMap((line) => /[0-9a-f]{8}/.exec(line)?.[0] ?? []);
          expect(shown.sort()).toEqual(revisions.map(({ id }) => id).sort());
        },
      ),
    );
  });

  it('has a row and a lane for each of 200 revisions with 12 merges', () => {
    const lines = drawTerminal(pictureFrom(teamHistory(200, 12)), { columns: 100 }).split('\n');
    expect(lines.filter((line) => line.includes('●'))).toHaveLength(200);
    // Rows without a revision, and the width of the drawing: what makes it long or hard to follow.
    expect(lines.length).toBeLessThan(215);
    expect(Math.max(...lines.map((line) => line.search(/ {2}\w/)))).toBeLessThanOrEqual(11);
  });
});
