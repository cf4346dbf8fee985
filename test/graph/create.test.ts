import { describe, expect, it } from 'vitest';
import { graphOf, refusal } from './notation.js';

const graph = graphOf('a1 [acct]; b1<a1; c1<a1 [x]; n1<. [netw] ~b1');

describe('the parents of a new revision', () => {
  it('are the only head', () => {
    expect(graphOf('a1; b1<a1').planCreate()).toEqual(['b1']);
  });

  it.each([
    ['heads', ['b1', 'c1', 'n1']],
    ['x@head', ['c1']],
    ['x', ['c1']],
    ['base', []],
    ['netw@head', ['n1']],
    ['b1@head', ['b1']],
    [
      ['c1', 'b1'],
      ['c1', 'b1'],
    ],
  ])('--head %j → %j', (head, parents) => {
    expect(graph.planCreate({ head })).toEqual(parents);
  });

  it('may be inner revisions only with splice', () => {
    const error = refusal(() => graph.planCreate({ head: 'a1' }));
    expect(error.code).toBe('REV_TARGET');
    expect(error.message).toBe("Revision 'a1' is not a head: b1 and c1 already revise it.");
    expect(error.hint).toContain('--splice');
    expect(graph.planCreate({ head: 'a1', splice: true })).toEqual(['a1']);
  });

  it('have to be clear', () => {
    expect(refusal(() => graph.planCreate()).code).toBe('REV_MULTIPLE_HEADS');
    expect(refusal(() => graph.planCreate({ head: 'acct@head' })).code).toBe('REV_MULTIPLE_HEADS');
    expect(refusal(() => graph.planCreate({ head: ['b1', 'b1'] })).code).toBe('REV_USAGE');
    expect(refusal(() => graph.planCreate({ head: ['b1', 'base'] })).code).toBe('REV_USAGE');
    expect(refusal(() => graph.planCreate({ head: 'x@head-1' })).code).toBe('REV_TARGET');
    expect(refusal(() => graph.planCreate({ head: ['a1', 'b1'], splice: true })).code).toBe('REV_TARGET');
  });
});

describe('the parents of a merge', () => {
  it('are all heads, so that one is left, also those that something depends on', () => {
    expect(graph.planMerge()).toEqual(['b1', 'c1', 'n1']);
    const merged = graphOf('a1 [acct]; b1<a1; c1<a1 [x]; n1<. [netw] ~b1; m1<b1,c1,n1');
    expect(merged.resolve('head')).toEqual(['m1']);
    expect(merged.planUpgrade([], 'head').rows).toEqual(['m1']);
  });

  it('are named in any way, each counted once', () => {
    expect(graph.planMerge(['x@head', 'b1', 'c1'])).toEqual(['c1', 'b1']);
  });

  it('are at least two', () => {
    expect(refusal(() => graph.planMerge(['b1'])).code).toBe('REV_USAGE');
    expect(refusal(() => graphOf('a1').planMerge()).hint).toContain('nothing to merge');
    expect(refusal(() => graphOf('').planMerge()).code).toBe('REV_USAGE');
  });

  it('are not ancestors of each other', () => {
    const error = refusal(() => graph.planMerge(['a1', 'c1']));
    expect(error.code).toBe('REV_TARGET');
    expect(error.message).toBe(
      "Revision 'a1' is an ancestor of 'c1': there is nothing to merge between them.",
    );
  });

  it('are heads, but with splice', () => {
    const fork = graphOf('a1; b1<a1; b2<b1; c1<a1');
    expect(refusal(() => fork.planMerge(['b1', 'c1'])).hint).toContain('b2');
    expect(fork.planMerge(['b1', 'c1'], { splice: true })).toEqual(['b1', 'c1']);
  });
});
