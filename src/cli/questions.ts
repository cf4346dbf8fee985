import { isCancel, select } from '@clack/prompts';
import type { Questioner } from '../commands/environment.js';
import { RevError } from '../errors.js';

/** Asks the person at the terminal, on stderr. */
export const questions: Questioner = {
  async isRename({ kind, from, to }) {
    const answer = await select({
      message: `${kind} ${from} is gone and ${to} is new. Which is it?`,
      options: [
        { value: 'rename', label: `a rename: ${from} → ${to}` },
        { value: 'drop', label: `no rename: drop ${from} with its data, add ${to}` },
      ],
      output: process.stderr,
    });
    if (isCancel(answer)) throw new RevError('REV_INTERRUPTED', 'Nothing was written.');
    return answer === 'rename';
  },
};
