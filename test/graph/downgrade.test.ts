import { describe, expect, it } from 'vitest';
import { graphOf, refusal, showPlan } from './notation.js';

const linear = graphOf('a1; b1<a1; c1<b1; d1<c1');
const branch = graphOf('a1; b1<a1; b2<b1; c1<a1; c2<c1');
const merge = graphOf('a1; b1<a1; c1<a1; d1<b1,c1; e1<d1');
const bases = graphOf('a1 [acct]; a2<a1; a3<a2; n1<. [netw]; n2<n1; n3<n2');
const depends = graphOf('a1 [acct]; a2<a1; n1<. [netw]; n2<n1 ~a2; n3<n2');

describe('downgrade', () => {
  it('takes down what stands on the target, newest first', () => {
    expect(showPlan(linear.planDowngrade(['d1'], 'b1'))).toBe('-d1{U d1→c1} -c1{U c1→b1} => b1');
    expect(showPlan(linear.planDowngrade(['b1'], 'base'))).toBe('-b1{U b1→a1} -a1{D a1} =>');
  });

  it('has nothing to do at the target', () => {
    expect(showPlan(linear.planDowngrade(['d1'], 'd1'))).toBe('=> d1');
    expect(showPlan(linear.planDowngrade([], 'base'))).toBe('=>');
    expect(showPlan(bases.planDowngrade(['a3'], 'netw@base'))).toBe('=> a3');
  });

  it('gives both sides of a merge their rows back', () => {
    expect(showPlan(merge.planDowngrade(['d1'], 'b1'))).toBe('-d1{I b1 U d1→c1} => b1,c1');
  });

  it('gives a dependency its row back, and takes dependents of other branches along', () => {
    expect(showPlan(depends.planDowngrade(['n3'], 'n1'))).toBe('-n3{U n3→n2} -n2{I n1 U n2→a2} => a2,n1');
    expect(showPlan(depends.planDowngrade(['n3'], 'a1'))).toBe(
      '-n3{U n3→n2} -n2{I n1 U n2→a2} -a2{U a2→a1} => a1,n1',
    );
  });

  it('with a branch leaves the other sides of a fork alone', () => {
    expect(showPlan(branch.planDowngrade(['b2', 'c2'], 'c2@a1'))).toBe('-c2{U c2→c1} -c1{D c1} => b2');
    expect(showPlan(bases.planDowngrade(['a3', 'n3'], 'netw@base'))).toBe(
      '-n3{U n3→n2} -n2{U n2→n1} -n1{D n1} => a3',
    );
  });

  it('leaves no row under another row where a merge has a parent under a third branch', () => {
    const graph = graphOf('a1; b1<a1; c1<a1 ~b1; m1<b1,c1; z1');
    const down = graph.planDowngrade(['m1', 'z1'], 'b1');
    expect(showPlan(down)).toBe('-m1{U m1→c1} => c1,z1');
    expect(showPlan(graph.planUpgrade(down.rows, 'heads'))).toBe('+m1{U c1→m1} => m1,z1');
  });
});

describe('a relative downgrade', () => {
  it('goes down from the only row', () => {
    expect(showPlan(linear.planDowngrade(['d1'], '-1'))).toBe('-d1{U d1→c1} => c1');
    expect(showPlan(linear.planDowngrade(['b1'], '-2'))).toBe('-b1{U b1→a1} -a1{D a1} =>');
  });

  it('from several rows is refused, with the commands that say which', () => {
    const error = refusal(() => branch.planDowngrade(['b2', 'c2'], '-1'));
    expect(error.code).toBe('REV_TARGET');
    expect(error.hint).toBe('Say from which:\n  rev downgrade b2@-1\n  rev downgrade c2@-1');
    expect(showPlan(branch.planDowngrade(['b2', 'c2'], 'c2@-1'))).toBe('-c2{U c2→c1} => b2,c1');
    expect(showPlan(branch.planDowngrade(['b2', 'c2'], 'c2@-2'))).toBe('-c2{U c2→c1} -c1{D c1} => b2');
  });

  it('on a branch that is applied only as a dependency goes down from its top', () => {
    expect(showPlan(depends.planDowngrade(['n3'], 'acct@-1'))).toBe(
      '-n3{U n3→n2} -n2{I n1 U n2→a2} -a2{U a2→a1} => a1,n1',
    );
  });

  it('takes down only the line that it walked, though the branch forks', () => {
    const graph = graphOf('a [x]; b<a; c<b; d<b; z ~d');
    expect(showPlan(graph.planDowngrade(['c', 'z'], 'x@-1'))).toBe('-c{D c} => z');
  });

  it.each([
    [['d1'], '-5', 'REV_TARGET'],
    [['b1'], '+1', 'REV_TARGET'],
    [[], '-1', 'REV_TARGET'],
    [['d1'], 'b1-9', 'REV_TARGET'],
  ])('from %j to %s is refused', (rows, target, code) => {
    expect(refusal(() => linear.planDowngrade(rows, target)).code).toBe(code);
  });

  it('at a merge is refused with its parents', () => {
    const error = refusal(() => merge.planDowngrade(['d1'], '-1'));
    expect(error.code).toBe('REV_AMBIGUOUS_REVISION');
    expect(error.hint).toContain('b1\n  c1');
  });

  it('on a branch that is not applied is refused', () => {
    const error = refusal(() => bases.planDowngrade(['a3'], 'netw@-1'));
    expect(error.message).toBe(
      "No revision of branch 'netw' is applied, so 'netw@-1' has nothing to take down.",
    );
  });
});

describe('a downgrade that goes nowhere', () => {
  it('to a revision that is not applied', () => {
    const error = refusal(() => linear.planDowngrade(['b1'], 'head'));
    expect(error.code).toBe('REV_TARGET');
    expect(error.message).toBe(
      "Cannot downgrade to 'head' (revision 'd1'): it is not applied; the database is at b1.",
    );
    expect(error.hint).toContain('rev upgrade d1');
  });

  it('to the top of a branch that is applied only as a dependency', () => {
    const error = refusal(() => depends.planDowngrade(['n3'], 'a2'));
    expect(error.message).toContain('applied because n2 depends on it');
    expect(error.hint).toContain('rev downgrade n2@n1');
    expect(showPlan(depends.planDowngrade(['n3'], 'n2@n1'))).toContain('=> a2,n1');
  });

  it('to several heads', () => {
    expect(refusal(() => bases.planDowngrade(['a3', 'n3'], 'heads')).code).toBe('REV_MULTIPLE_HEADS');
  });

  it('on a branch that the target is not on', () => {
    expect(refusal(() => bases.planDowngrade(['a3', 'n3'], 'netw@a1')).code).toBe('REV_TARGET');
  });
});
