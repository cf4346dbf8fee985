import { describe, expect, it } from 'vitest';
import { graphOf, refusal } from './notation.js';

const partial = graphOf('abcd1111; abcd2222<abcd1111 [spam]; abce3333<abcd2222; 12345678<abce3333');
const branches = graphOf('a1 [acct]; a2<a1; a3<a2; n1<. [netw]; n2<n1 ~a2; n3<n2');

describe('a name stands for', () => {
  it.each([
    ['abce3333', ['abce3333']],
    ['abce', ['abce3333']],
    ['1', ['12345678']],
    ['abcd2', ['abcd2222']],
    ['sp', ['abcd2222']],
    ['spam', ['abcd2222']],
    ['spam@abce', ['abce3333']],
    ['abcd2@head', ['12345678']],
    ['head', ['12345678']],
    ['heads', ['12345678']],
    ['base', []],
  ])('%s → %j', (name, ids) => {
    expect(partial.resolve(name)).toEqual(ids);
  });

  it('heads: the real ones, but with a branch those of the branch', () => {
    const graph = graphOf('a1 [acct]; a2<a1; n1<. [netw] ~a2');
    expect(graph.resolve('heads')).toEqual(['n1']);
    expect(graph.resolve('acct@heads')).toEqual(['a2']);
    expect(graph.resolve('netw@head')).toEqual(['n1']);
    expect(graph.resolve('netw@base')).toEqual([]);
  });

  it('one revision, if its id and its label both begin so', () => {
    expect(graphOf('spam1 [spammy]; x2<spam1').resolve('spam')).toEqual(['spam1']);
  });
});

describe('a refused name says what to type', () => {
  it('unknown: near names', () => {
    const error = refusal(() => partial.resolve('abce3334'));
    expect(error.code).toBe('REV_UNKNOWN_REVISION');
    expect(error.message).toBe("There is no revision or branch 'abce3334'.");
    expect(error.hint).toContain('abce3333');
  });

  it('unknown, inside a longer target', () => {
    const error = refusal(() => branches.resolve('nosuch@head'));
    expect(error.message).toBe("There is no revision or branch 'nosuch' (in 'nosuch@head').");
    expect(error.hint).toContain('rev history');
  });

  it('ambiguous: the candidates', () => {
    const error = refusal(() => partial.resolve('abc'));
    expect(error.code).toBe('REV_AMBIGUOUS_REVISION');
    expect(error.hint).toContain('abcd1111\n  abcd2222\n  abce3333');
  });

  it('several heads: the heads, all of them, one branch, a merge', () => {
    const error = refusal(() => branches.planUpgrade([], 'head'));
    expect(error.code).toBe('REV_MULTIPLE_HEADS');
    expect(error.hint).toBe(
      [
        'The heads are:',
        '  a3 (acct)',
        '  n3 (netw)',
        'Say which, or join them:',
        '  rev upgrade heads',
        '  rev upgrade acct@head',
        '  rev merge',
        '  rev rebase',
      ].join('\n'),
    );
  });

  it('a revision of another branch', () => {
    const error = refusal(() => branches.resolve('netw@a2'));
    expect(error.code).toBe('REV_TARGET');
    expect(error.message).toBe("Revision 'a2' is not on branch 'netw' (in 'netw@a2').");
  });

  it('text after a number', () => {
    const error = refusal(() => branches.planUpgrade([], 'a1+1zzz'));
    expect(error.code).toBe('REV_TARGET');
    expect(error.hint).toContain("'a1+1'");
  });

  it.each(['', '@', '@head', 'head@head', 'a1@', 'a1@b@c', '\u0000', '💥', 'x'.repeat(100_000)])(
    '%j',
    (name) => {
      const error = refusal(() => branches.resolve(name));
      expect(error.hint).toBeTruthy();
      expect(error.message.length).toBeLessThan(400);
    },
  );

  it('hundreds of heads are not all listed', () => {
    const many = graphOf(`a; ${Array.from({ length: 300 }, (_, at) => `b${at}<a`).join('; ')}`);
    const error = refusal(() => many.resolve('head'));
    expect(error.message).toBe("'head' could be any of 300 heads.");
    expect(error.hint).toContain('… 290 more');
  });
});
