/**
 * The naive model that plans are held against: sets of ids, and loops over them. Slow and plainly right.
 */
import fc from 'fast-check';
import { expect } from 'vitest';
import { errorCodes, RevError } from '../../src/errors.js';
import type { RevisionNode } from '../../src/graph/graph.js';
import { soundRevisions, targetFor } from './arbitrary.js';

/** A graph, with one of the states a database may be in (some revisions and all they need), and something to do. */
export const situation = soundRevisions.chain((revisions) => {
  const names = revisions.map((node) => node.id);
  return fc.record({
    revisions: fc.constant(revisions),
    chosen: fc.subarray(names),
    target: targetFor(names),
    targets: fc.array(targetFor(names), { minLength: 1, maxLength: 3 }),
    command: fc.constantFrom('upgrade', 'downgrade', 'stamp', 'purge'),
  });
});

/** What each revision needs, by ids: parents and dependencies, labels looked up. */
export function needsOf(revisions: readonly RevisionNode[]): ReadonlyMap<string, readonly string[]> {
  const labelled = new Map(revisions.flatMap((node) => node.labels.map((label) => [label, node.id])));
  return new Map(
    revisions.map((node) => [
      node.id,
      [...node.down, ...node.depends.map((name) => labelled.get(name) ?? name)],
    ]),
  );
}

/** The given revisions and all they need. */
export function closure(revisions: readonly RevisionNode[], chosen: Iterable<string>): Set<string> {
  const needs = needsOf(revisions);
  const all = new Set(chosen);
  for (const id of all) for (const need of needs.get(id) ?? []) all.add(need);
  return all;
}

/** The given revisions and all that needs them. */
export function dependents(revisions: readonly RevisionNode[], chosen: Iterable<string>): Set<string> {
  const roots = new Set(chosen);
  return new Set(
    revisions
      .map((node) => node.id)
      .filter((id) => [...closure(revisions, [id])].some((need) => roots.has(need))),
  );
}

/** The members that no other member needs, sorted: the rows of a database at which just these are applied. */
export function tipsOf(revisions: readonly RevisionNode[], applied: ReadonlySet<string>): string[] {
  const needs = needsOf(revisions);
  const covered = new Set([...applied].flatMap((id) => needs.get(id) ?? []));
  return [...applied].filter((id) => !covered.has(id)).sort();
}

/** The list in another order. */
export function shuffled<T>(list: readonly T[], keys: fc.Stream<number>): T[] {
  return list
    .map((item) => ({ item, key: keys.next().value ?? 0 }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
}

/** What something gives, or `undefined` where it is refused as a person can use. Anything else that happens fails the test. */
export function unlessRefused<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    expectUsable(error);
    return undefined;
  }
}

/** What something gives, or the words in which it is refused. */
export function outcome(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    const { code, message, hint } = expectUsable(error);
    return `${code}: ${message}\n${hint}`;
  }
}

/** A RevError with a known code, a sentence and a next step, of a length that can be read. */
export function expectUsable(error: unknown): RevError {
  if (!(error instanceof RevError)) throw error;
  const { code, message, hint = '' } = error;
  const whole = `${code}: ${message}\n${hint}`;
  const isUsable =
    errorCodes.includes(code) &&
    code !== 'REV_INTERNAL' &&
    /\S[.:]$/.test(message) &&
    hint.trim() !== '' &&
    whole.length < 4_000 &&
    !/\bundefined\b|\[object|\bNaN\b|\bInfinity\b/.test(whole);
  if (!isUsable) expect.fail(`not a usable refusal: ${whole}`);
  return error;
}
