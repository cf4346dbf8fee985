import { describe, expect, it } from 'vitest';
import { graphOf, refusal, showPlan } from './notation.js';

const linear = graphOf('a1; b1<a1; c1<b1; d1<c1');
const branch = graphOf('a1; b1<a1; b2<b1; c1<a1; c2<c1');
const merge = graphOf('a1; b1<a1; c1<a1; d1<b1,c1; e1<d1');
const depends = graphOf('a1 [acct]; a2<a1; n1<. [netw]; n2<n1 ~a2; n3<n2');

describe('upgrade', () => {
  it('runs what the target needs and moves the row along', () => {
    expect(showPlan(linear.planUpgrade(['b1'], 'head'))).toBe('+c1{U b1→c1} +d1{U c1→d1} => d1');
  });

  it('has nothing to do at or below the rows', () => {
    for (const target of ['head', 'b1', 'base', '+0', 'd1-1']) {
      expect(showPlan(linear.planUpgrade(['d1'], target))).toBe('=> d1');
    }
  });

  it('adds a sibling branch beside the one that is applied', () => {
    expect(showPlan(branch.planUpgrade(['b2'], 'c1'))).toBe('+c1{I c1} => b2,c1');
  });

  it('joins the rows of a merge into one', () => {
    expect(showPlan(merge.planUpgrade(['c1', 'b1'], 'd1'))).toBe('+d1{D b1 U c1→d1} => d1');
  });

  it('takes dependencies first; their row disappears under the dependent', () => {
    expect(showPlan(depends.planUpgrade([], 'netw@head'))).toBe(
      '+a1{I a1} +a2{U a1→a2} +n1{I n1} +n2{D n1 U a2→n2} +n3{U n2→n3} => n3',
    );
    expect(showPlan(depends.planUpgrade(['n3'], 'acct@head'))).toBe('=> n3');
  });

  it('clears a row that lies under another row with its first step', () => {
    const plan = linear.planUpgrade(['a1', 'b1'], 'c1');
    expect(plan.dropped).toEqual(['a1']);
    expect(showPlan(plan)).toBe('+c1{D a1 U b1→c1} => c1');
  });
});

describe('where Alembic breaks, upgrade', () => {
  it.each([
    ['a; b; c ~a; d<a ~c,b', '+a{I a} +b{I b} +c{U a→c} +d{D c U b→d} => d'],
    ['a; b; c<b; d<c,a ~b', '+a{I a} +b{I b} +c{U b→c} +d{D c U a→d} => d'],
    ['a; b ~a; c; d<a,c,b', '+a{I a} +b{U a→b} +c{I c} +d{D c U b→d} => d'],
    ['a; b<a; c; d<a,b,c', '+a{I a} +b{U a→b} +c{I c} +d{D b U c→d} => d'],
  ])('works: %s', (graph, plan) => {
    expect(showPlan(graphOf(graph).planUpgrade([], 'heads'))).toBe(plan);
  });
});

describe('a relative upgrade', () => {
  it('goes up from the row, or from base', () => {
    expect(showPlan(linear.planUpgrade(['b1'], '+1'))).toBe('+c1{U b1→c1} => c1');
    expect(showPlan(linear.planUpgrade([], '+2'))).toBe('+a1{I a1} +b1{U a1→b1} => b1');
  });

  it('goes along a branch', () => {
    expect(showPlan(branch.planUpgrade(['b1', 'c1'], 'b1@+1'))).toBe('+b2{U b1→b2} => b2,c1');
    expect(showPlan(branch.planUpgrade(['b1'], 'c1@+1'))).toBe('+c1{I c1} => b1,c1');
    expect(showPlan(branch.planUpgrade(['b1'], 'c2@+2'))).toBe('+c1{I c1} +c2{U c1→c2} => b1,c2');
  });

  it('goes up or down from a name', () => {
    expect(showPlan(linear.planUpgrade(['a1'], 'b1+1'))).toBe('+b1{U a1→b1} +c1{U b1→c1} => c1');
    expect(showPlan(linear.planUpgrade(['a1'], 'head-1'))).toBe('+b1{U a1→b1} +c1{U b1→c1} => c1');
    expect(showPlan(depends.planUpgrade([], 'acct@base+2'))).toBe('+a1{I a1} +a2{U a1→a2} => a2');
  });

  it('is refused from several rows, with the commands that say which', () => {
    const error = refusal(() => branch.planUpgrade(['b1', 'c1'], '+1'));
    expect(error.code).toBe('REV_TARGET');
    expect(error.hint).toBe('Say from which:\n  rev upgrade b1+1\n  rev upgrade c1+1');
  });

  it('is refused at a fork, with the ways', () => {
    const error = refusal(() => branch.planUpgrade(['a1'], '+1'));
    expect(error.code).toBe('REV_AMBIGUOUS_REVISION');
    expect(error.hint).toContain('b1@+1');
    expect(error.hint).toContain('b1\n  c1');
  });

  it.each([
    ['+3', "'+3' goes too far: there are 2 revisions above revision 'b1'."],
    ['head+1', "'head+1' goes too far: there is nothing above revision 'd1'."],
    ['a1-1', "'a1-1' goes too far: it ends below the first revision."],
    ['b1-9', "'b1-9' goes too far: there are 2 steps below revision 'b1'."],
    ['base-1', "'base-1' goes too far: there is nothing below base."],
    ['-1', "'-1' goes down from where the database is, which an upgrade cannot."],
    [
      '+99999999999999999999999',
      "'+99999999999999999999999' goes too far: there are 2 revisions above revision 'b1'.",
    ],
  ])('%s is refused', (target, message) => {
    const error = refusal(() => linear.planUpgrade(['b1'], target));
    expect(error.code).toBe('REV_TARGET');
    expect(error.message).toBe(message);
    expect(error.hint).toBeTruthy();
  });
});

describe('rows that name no revision', () => {
  it('are refused, with the way out', () => {
    const error = refusal(() => linear.planUpgrade(['zzzz', 'a1'], 'head'));
    expect(error.code).toBe('REV_ROWS');
    expect(error.message).toContain("'zzzz'");
    expect(error.hint).toContain('rev stamp --purge');
  });

  it('are ids in full: neither labels nor beginnings', () => {
    expect(refusal(() => depends.current(['acct'])).code).toBe('REV_ROWS');
  });
});
