import { status as findStatus, type RevisionStatus } from '../../commands/status.js';
import type { CliCommand } from '../command.js';
import { duration, type Output } from '../output.js';

export const status: CliCommand = {
  command: 'status',
  describe: 'Show what is applied and what is not: when, how long, by whom.',
  eachDatabase: 'in order',
  examples: [
    ['rev status', 'all revisions, oldest first'],
    ['rev status --json', 'the same for programs'],
  ],
  options: (yargs) => yargs,
  async run({ environment, output }) {
    const { revisions, rows } = await findStatus(environment);
    output.result({ revisions, rows }, table(revisions, output));
    output.talk(summary(revisions));
  },
};

function table(revisions: readonly RevisionStatus[], output: Output): string {
  const { out } = output;
  const colours = { applied: out.green, pending: out.dim, half: out.red, unknown: out.red };
  const width = Math.max(0, ...revisions.map(({ revision }) => revision.length));
  const longest = Math.min(50, Math.max(0, ...revisions.map(({ message }) => message.length)));
  return revisions
    .map((each) => {
      const cells = [
        colours[each.state](each.state.padEnd(7)),
        each.revision.padEnd(width),
        each.message.slice(0, 50).padEnd(longest),
        ...remarks(each),
      ];
      return cells.join('  ').trimEnd();
    })
    .join('\n');
}

function remarks(each: RevisionStatus): readonly string[] {
  return [
    ...(each.at === null ? [] : [each.at.slice(0, 19).replace('T', ' ')]),
    ...(each.duration === null ? [] : [duration(each.duration)]),
    ...(each.username === null ? [] : [`${each.username}@${each.host}`]),
    ...(each.tag === null ? [] : [`tag ${each.tag}`]),
    ...(each.edited ? ['edited since'] : []),
    ...(each.half ? [halfText(each.half)] : []),
    ...(each.failed
      ? [`${each.failed.direction} failed ${each.failed.at.slice(0, 19).replace('T', ' ')}`]
      : []),
    ...(each.failed?.errorCode ? [each.failed.errorCode] : []),
  ];
}

function halfText({ direction, position }: NonNullable<RevisionStatus['half']>): string {
  return position === 0
    ? `${direction} begun, none of its operations known to be finished`
    : `${direction} half done, operations done: ${position}`;
}

function summary(revisions: readonly RevisionStatus[]): string {
  const count = (state: RevisionStatus['state']) => revisions.filter((each) => each.state === state).length;
  const edited = revisions.filter((each) => each.edited).length;
  return [
    `${count('applied')} applied`,
    `${count('pending')} pending`,
    ...(count('half') > 0 ? [`${count('half')} half done`] : []),
    ...(count('unknown') > 0 ? [`${count('unknown')} unknown`] : []),
    ...(edited > 0 ? [`${edited} edited since`] : []),
  ].join(', ');
}
