import { describe, expect, it } from 'vitest';
import type { RevisionGraph } from '../../src/graph/graph.js';
import { graphOf, refusal } from './notation.js';

const linear = graphOf('a1; b1<a1; c1<b1; d1<c1');
const branch = graphOf('a1; b1<a1; b2<b1; c1<a1; c2<c1');
const merge = graphOf('a1; b1<a1; c1<a1; d1<b1,c1; e1<d1');
const bases = graphOf('a1 [acct]; a2<a1; a3<a2; n1<. [netw]; n2<n1; n3<n2');
const depends = graphOf('a1 [acct]; a2<a1; n1<. [netw]; n2<n1 ~a2; n3<n2');

function history(graph: RevisionGraph, range: string, rows: readonly string[] = []): string {
  const [from = '', to = ''] = range.split(':');
  return graph.history({ ...(from && { from }), ...(to && { to }) }, rows).join(' ');
}

describe('history, newest first', () => {
  it.each([
    [linear, ':', 'd1 c1 b1 a1'],
    [linear, 'b1:c1', 'c1 b1'],
    [linear, 'b1:', 'd1 c1 b1'],
    [linear, ':b1', 'b1 a1'],
    [linear, '-2:', 'd1 c1 b1'],
    [linear, '-2:head', 'd1 c1 b1'],
    [linear, '-9:', 'd1 c1 b1 a1'],
    [linear, 'base:head-1', 'c1 b1 a1'],
    [linear, 'b1:+1', 'c1 b1'],
    [linear, 'b1:b1+2', 'd1 c1 b1'],
    [linear, ':+2', 'b1 a1'],
    [linear, ':base', ''],
    [bases, ':', 'n3 n2 n1 a3 a2 a1'],
    [bases, 'netw@base:', 'n3 n2 n1'],
    [bases, 'netw@base:+1', 'n1'],
    [bases, ':netw@head', 'n3 n2 n1'],
    [bases, 'netw@base:acct@head', ''],
    [bases, 'netw@-2:', 'n3 n2 n1'],
    [bases, ':netw@head-1', 'n2 n1'],
    [depends, ':netw@head', 'n3 n2 n1 a2 a1'],
    [depends, 'netw@base:', 'n3 n2 n1 a2 a1'],
    [depends, 'n1:n3', 'n3 n2 n1'],
    [branch, 'b1:', 'b2 b1'],
    [branch, 'a1:c2', 'c2 c1 a1'],
    [branch, '-1:', 'c2 b2 c1 b1'],
    [merge, 'b1:e1', 'e1 d1 b1'],
  ])('%#: %s', (graph, range, shown) => {
    expect(history(graph, range).split(' ').sort()).toEqual(shown.split(' ').sort());
  });

  it('is ordered: nothing before what needs it', () => {
    expect(history(merge, ':')).toBe('e1 d1 c1 b1 a1');
  });

  it('shows a branch that others depend on, and follows dependencies where there is no other way', () => {
    expect(history(depends, 'acct@base:')).toBe('a2 a1');
    expect(history(depends, 'a1:n3')).toBe('n3 n2 a2 a1');
  });

  it('knows where the database is', () => {
    expect(history(linear, 'current:', ['c1'])).toBe('d1 c1');
    expect(history(linear, ':current', ['b1'])).toBe('b1 a1');
    expect(history(linear, ':current', [])).toBe('');
    expect(history(bases, 'current:', ['a2', 'n3'])).toBe('n3 a3 a2');
  });

  it.each([
    [linear, ':-1', 'REV_TARGET'],
    [linear, 'c1:a1', 'REV_TARGET'],
    [linear, '+1:', 'REV_TARGET'],
    [linear, 'zz:', 'REV_UNKNOWN_REVISION'],
    [bases, 'n1:a3', 'REV_TARGET'],
    [bases, '-1:+1', 'REV_TARGET'],
    [branch, 'b1:c2', 'REV_TARGET'],
    [branch, ':head', 'REV_MULTIPLE_HEADS'],
    [merge, '-2:', 'REV_AMBIGUOUS_REVISION'],
  ])('%#: %s is refused', (graph, range, code) => {
    const error = refusal(() => history(graph, range));
    expect(error.code).toBe(code);
    expect(error.hint).toBeTruthy();
  });

  it('says when the range is the wrong way round', () => {
    expect(refusal(() => history(linear, 'c1:a1')).hint).toContain('turn the range round');
    expect(refusal(() => history(branch, 'b1:c2')).hint).not.toContain('turn the range round');
  });
});
