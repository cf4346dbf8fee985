import { describe, expect, it } from 'vitest';
import { graphOf, refusal, showPlan } from './notation.js';

const linear = graphOf('a1; b1<a1; c1<b1; d1<c1');
const branch = graphOf('a1; b1<a1; b2<b1; c1<a1; c2<c1');
const merge = graphOf('a1; b1<a1; c1<a1; d1<b1,c1; e1<d1');
const depends = graphOf('a1 [acct]; a2<a1; n1<. [netw]; n2<n1 ~a2; n3<n2');

describe('stamp', () => {
  it.each([
    [linear, ['b1'], ['head'], '=d1{U b1→d1} => d1'],
    [linear, ['d1'], ['a1'], '=a1{U d1→a1} => a1'],
    [linear, [], ['c1'], '=c1{I c1} => c1'],
    [linear, ['d1'], ['d1'], '=> d1'],
    [linear, ['d1'], ['base'], '=base{D d1} =>'],
    [branch, ['b2', 'c2'], ['a1'], '=a1{D b2 U c2→a1} => a1'],
    [branch, ['b2', 'c2'], ['b1'], '=b1{U b2→b1} => b1,c2'],
    [branch, ['b2'], ['c2'], '=c2{I c2} => b2,c2'],
    [branch, ['b1', 'c1'], ['heads'], '=b2{U b1→b2} =c2{U c1→c2} => b2,c2'],
    [branch, ['b2', 'c2'], ['b1@base'], '=base{D b2} => c2'],
    [branch, ['b2', 'c2'], ['base'], '=base{D b2 D c2} =>'],
    [merge, ['b1', 'c1'], ['d1'], '=d1{D b1 U c1→d1} => d1'],
    [depends, ['a2', 'n1'], ['n2'], '=n2{D a2 U n1→n2} => n2'],
  ])('%#: writes what the rows would be', (graph, rows, targets, plan) => {
    expect(showPlan(graph.planStamp(rows, targets))).toBe(plan);
  });

  it('forgets no more than a downgrade would: the other side of a merge, a dependency', () => {
    expect(showPlan(merge.planStamp(['d1'], ['b1']))).toBe('=b1{I c1 U d1→b1} => b1,c1');
    expect(showPlan(depends.planStamp(['n3'], ['netw@base']))).toBe('=base{U n3→a2} => a2');
    expect(showPlan(merge.planStamp(['e1'], ['b1@base']))).toBe('=base{U e1→c1} => c1');
  });

  it('of a branch at base forgets what depends on it, too', () => {
    const graph = graphOf('a1; n1<. [netw]; z1 ~n1');
    expect(showPlan(graph.planStamp(['a1', 'z1'], ['netw@base']))).toBe('=base{D z1} => a1');
  });

  it('takes several targets, also over one row, and any of them twice', () => {
    expect(showPlan(merge.planStamp(['d1'], ['b1', 'c1']))).toBe('=b1{U d1→b1} =c1{I c1} => b1,c1');
    expect(showPlan(linear.planStamp(['a1'], ['head', 'a1', 'head']))).toBe('=d1{U a1→d1} => d1');
  });

  it('names the target that a row lies under when only other rows go', () => {
    const fork = graphOf('a1; b1<a1; c1<a1');
    expect(showPlan(fork.planStamp(['b1', 'c1'], ['a1', 'b1']))).toBe('=a1{D c1} => b1');
  });

  it('clears rows that lie under others', () => {
    expect(showPlan(linear.planStamp(['a1', 'b1'], ['c1']))).toBe('=c1{D a1 U b1→c1} => c1');
  });

  it('with purge starts from nothing, whatever the rows say', () => {
    expect(showPlan(linear.planStamp(['zzzz'], ['head'], { purge: true }))).toBe('=d1{D zzzz I d1} => d1');
    expect(showPlan(branch.planStamp(['b2', 'c2'], ['b2'], { purge: true }))).toBe(
      '=b2{D b2 D c2 I b2} => b2',
    );
    expect(showPlan(linear.planStamp(['zzzz'], ['base'], { purge: true }))).toBe('=base{D zzzz} =>');
    expect(refusal(() => linear.planStamp(['zzzz'], ['head'])).code).toBe('REV_ROWS');
  });

  it.each(['+1', '-1', 'head-1'])('refuses %s', (target) => {
    expect(refusal(() => linear.planStamp([], [target])).code).toBe('REV_TARGET');
  });

  it('refuses no target, and one of several heads', () => {
    expect(refusal(() => linear.planStamp([], [])).code).toBe('REV_USAGE');
    const error = refusal(() => branch.planStamp(['b2'], ['head']));
    expect(error.code).toBe('REV_MULTIPLE_HEADS');
    expect(error.hint).toContain('rev stamp heads');
  });
});

describe('current', () => {
  it('shows also the top of a branch that has no row of its own', () => {
    expect(depends.current(['n3'])).toEqual(['a2', 'n3']);
    expect(depends.normalizeRows(['n3'])).toEqual({ rows: ['n3'], dropped: [] });
  });

  it('sets rows apart that lie under another', () => {
    expect(linear.current(['a1', 'b1'])).toEqual(['b1']);
    expect(linear.normalizeRows(['b1', 'a1', 'b1'])).toEqual({ rows: ['b1'], dropped: ['a1'] });
  });
});
