import { confirm, isCancel, select, text } from '@clack/prompts';
import type { Question, Questioner } from '../commands/environment.js';
import { RevError } from '../errors.js';

/** Asks the person at the terminal, on stderr. */
export const questions: Questioner = {
  async confirm(question) {
    const answer = await confirm({
      message: `${messageOf(question)}\nGo on?`,
      initialValue: false,
      output: process.stderr,
    });
    return answer === true;
  },
  async typeWord(question, word) {
    const answer = await text({
      message: `${messageOf(question)}\nType ${word} to go on:`,
      output: process.stderr,
    });
    return answer === word;
  },
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

function messageOf({ message, details }: Question): string {
  return [message, ...details.map((line) => `  ${line}`)].join('\n');
}
