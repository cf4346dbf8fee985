import { RevError } from '../errors.js';
import type { Environment, Question } from './environment.js';

/**
 * Asks whether something may happen that cannot be undone. `--yes` answers it.
 * Throws REV_CONSENT where the answer is no, or nobody is there to give one.
 * @param options.word has to be typed instead of a mere yes
 */
export async function requireConsent(
  { yes, ask }: Environment,
  question: Question,
  options: { readonly word?: string } = {},
): Promise<void> {
  if (yes) return;
  if (!ask) {
    throw new RevError('REV_CONSENT', [question.message, ...question.details].join('\n  '), {
      hint: 'Nothing was run. If that is wanted, add --yes.',
      data: { losses: question.details },
    });
  }
  const isWanted =
    options.word === undefined ? await ask.confirm(question) : await ask.typeWord(question, options.word);
  if (!isWanted) throw new RevError('REV_CONSENT', 'Not wanted: nothing was run.');
}
