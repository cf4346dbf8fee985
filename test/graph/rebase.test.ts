import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RevError } from '../../src/errors.js';
import { type Rebase, RevisionGraph } from '../../src/graph/graph.js';
import { soundRevisions, targetFor } from './arbitrary.js';
import { graphOf, refusal } from './notation.js';

/** Which revision gets which other parents. */

/** `c1: a1 → b1 (c1, d1)`: the revision, its parents before and after, and what moves. */
function planned(graph: string, name: string | undefined, onto?: string, parent?: string): string {
  const plan = graphOf(graph).planRebase(name, {
    ...(onto === undefined ? {} : { onto }),
    ...(parent === undefined ? {} : { parent }),
  });
  return `${plan.revision}: ${plan.from.join(',')} → ${plan.to.join(',')} (${plan.moved.join(',')})`;
}

function refused(graph: string, name: string | undefined, onto?: string, parent?: string) {
  return refusal(() => planned(graph, name, onto, parent));
}

const fork = 'a1; b1<a1; c1<a1 [mine]; d1<c1';

describe('a branch', () => {
  it.each([
    ['d1', undefined, 'c1: a1 → b1 (c1,d1)'],
    ['c1', undefined, 'c1: a1 → b1 (c1,d1)'],
    ['mine@head', 'b1', 'c1: a1 → b1 (c1,d1)'],
    ['b1', undefined, 'b1: a1 → d1 (b1)'],
    ['b1', 'c1', 'b1: a1 → c1 (b1)'],
  ])('%s onto %s', (name, onto, expected) => {
    expect(planned(fork, name, onto)).toBe(expected);
  });

  it('that stands there already stays', () => {
    expect(planned('a1; b1<a1; c1<b1', 'c1', 'b1')).toBe('c1: b1 → b1 (c1)');
    expect(planned('a1; b1<a1; c1<b1', 'c1', 'a1')).toBe('b1: a1 → a1 (b1,c1)');
  });

  it('of another base is put on top', () => {
    expect(planned('a1; n1; n2<n1', 'n2', 'a1')).toBe('n1:  → a1 (n1,n2)');
  });

  it('that begins with a merge of what is below gets one parent', () => {
    expect(planned('a1; b1<a1; c1<a1; m1<b1,c1; x1<b1,c1', 'm1', 'x1')).toBe('m1: b1,c1 → x1 (m1)');
  });

  it('with several beginnings is refused, and each is named', () => {
    const error = refused('a1; b1<a1; c1<a1; d1<a1; m1<c1,d1', 'm1', 'b1');
    expect(error.code).toBe('REV_TARGET');
    expect(error.hint).toContain('rev rebase c1 --onto b1');
    expect(error.hint).toContain('rev rebase m1 --parent PARENT --onto b1');
  });
});

describe('a single parent', () => {
  const merge = 'a1; b1<a1; c1<a1; d1<a1; m1<c1,d1';
  it.each([
    ['m1', 'b1', 'd1', 'm1: c1,d1 → c1,b1 (m1)'],
    ['m1', 'base', 'c1', 'm1: c1,d1 → d1 (m1)'],
    ['m1', 'd1', 'c1', 'm1: c1,d1 → d1 (m1)'],
    ['c1', 'b1', 'a1', 'c1: a1 → b1 (c1,m1)'],
  ])('%s onto %s in place of %s', (name, onto, parent, expected) => {
    expect(planned(merge, name, onto, parent)).toBe(expected);
  });

  it('takes a revision out of its line', () => {
    expect(planned('a1; b1<a1; c1<b1', 'c1', 'a1', 'b1')).toBe('c1: b1 → a1 (c1)');
  });

  it('has to be one', () => {
    expect(refused(merge, 'm1', 'b1', 'a1').code).toBe('REV_TARGET');
    expect(refused(merge, 'a1', 'b1', 'base').code).toBe('REV_TARGET');
  });
});

describe('a refusal', () => {
  it('of itself, of a descendant, and of what depends on it', () => {
    expect(refused(fork, 'c1', 'c1').message).toContain('itself');
    expect(refused(fork, 'c1', 'd1').message).toContain('circle');
    expect(refused('a1; b1<a1; n1<. ~b1', 'b1', 'n1').message).toContain('circle');
    expect(refused('a1; b1<a1; c1<b1; n1<a1 ~b1', 'c1', 'n1').message).toContain("'n1' stands on 'b1'");
  });

  it('of what is not there, not one, or no revision', () => {
    expect(refused(fork, 'zz').code).toBe('REV_UNKNOWN_REVISION');
    expect(refused(fork, 'c1', 'zz').code).toBe('REV_UNKNOWN_REVISION');
    expect(refused(fork, 'head').code).toBe('REV_MULTIPLE_HEADS');
    expect(refused(fork, 'heads').code).toBe('REV_TARGET');
    expect(refused(fork, 'base').code).toBe('REV_TARGET');
    expect(refused(fork, 'd1-1').code).toBe('REV_TARGET');
  });

  it('says which heads there are where it cannot choose', () => {
    expect(refused(fork, undefined).hint).toContain('rev rebase b1   (puts it onto d1)');
    expect(refused('a1; b1<a1; c1<a1; d1<a1', 'b1').hint).toContain('rev rebase b1 --onto d1');
    expect(refused('a1; b1<a1', 'b1').code).toBe('REV_USAGE');
    expect(refused('a1; b1<a1', undefined).code).toBe('REV_USAGE');
  });

  it('names no choice that would be a circle by a dependency', () => {
    const oneWay = 'a1; b1<a1; d1<a1 ~b1; e1<d1; c1<b1';
    expect(graphOf(oneWay).rebaseCommands()).toEqual(['rev rebase e1   (puts it onto c1)']);
    expect(refused(oneWay, 'c1', 'e1').code).toBe('REV_TARGET');
    const noWay = 'a1; b1<a1; d1<a1 ~b1; c1<b1 ~d1; e1<d1';
    expect(graphOf(noWay).rebaseCommands()).toEqual([]);
  });
});

it('what branches do not share', () => {
  const graph = graphOf('a1; b1<a1; c1<a1; d1<c1; n1; m1<d1 ~n1');
  expect(graph.unshared(['b1', 'm1'])).toEqual([['b1'], ['c1', 'd1', 'n1', 'm1']]);
  expect(graph.unshared(['b1', 'd1', 'c1'])).toEqual([['b1'], ['c1', 'd1'], ['c1']]);
});

const situation = soundRevisions.chain((revisions) => {
  const ids = revisions.map(({ id }) => id);
  const target = fc.oneof(targetFor(ids), fc.constantFrom('base', ...ids));
  return fc.record({
    revisions: fc.constant(revisions),
    name: fc.option(target, { nil: undefined }),
    onto: fc.option(target, { nil: undefined }),
    parent: fc.option(target, { nil: undefined, freq: 2 }),
  });
});

it('whatever is asked: a refusal with a next step, or a graph in which the branch stands where it should', () => {
  let moved = 0;
  fc.assert(
    fc.property(situation, ({ revisions, name, onto, parent }) => {
      const graph = RevisionGraph.of(revisions);
      let plan: Rebase;
      try {
        const given = {
          ...(onto === undefined ? {} : { onto }),
          ...(parent === undefined ? {} : { parent }),
        };
        plan = graph.planRebase(name, given);
      } catch (error) {
        expect(error).toBeInstanceOf(RevError);
        expect((error as RevError).hint).toBeTruthy();
        return;
      }
      const after = RevisionGraph.of(
        revisions.map((node) => (node.id === plan.revision ? { ...node, down: plan.to } : node)),
      );
      expect(after.ids.length).toBe(graph.ids.length);
      if (plan.onto !== null) expect(after.neededFor(plan.revision)).toContain(plan.onto);
      for (const id of plan.moved) expect(after.neededFor(id)).toContain(plan.revision);
      moved += plan.from.join() === plan.to.join() ? 0 : 1;
    }),
    { numRuns: 2_000 },
  );
  expect(moved).toBeGreaterThan(50);
});
