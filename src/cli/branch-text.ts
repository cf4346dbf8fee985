import type { Argv } from 'yargs';
import type {
  ComparedBranches,
  CompareOptions,
  OverlapView,
  RevisionOperations,
} from '../commands/branch-operations.js';
import type { CliArguments } from './command.js';
import type { Output } from './output.js';

const gap = '  ';
const narrowest = 30;

/** Options of the commands that compare branches. */
export function compareOptions(yargs: Argv): Argv {
  return yargs
    .option('check', { type: 'boolean', describe: 'exit 1 and write nothing if the branches conflict' })
    .option('no-compare', {
      type: 'boolean',
      describe: 'do not run the revisions (without a database) to compare them',
    });
}

export function readCompareOptions(args: CliArguments): CompareOptions {
  return { check: args.flag('check'), noCompare: args.flag('no-compare') };
}

/** Shows what branches do and what they both touch; nothing where they were not compared. */
export function reportComparison(
  compared: ComparedBranches,
  { titles, advice }: { readonly titles: readonly string[]; readonly advice: string },
  output: Output,
): void {
  if (compared.branches.length === 0) return;
  output.talk(`\n${branchTable(titles, compared.branches, process.stderr.columns || 100)}\n`);
  reportOverlaps(compared, advice, output);
}

/** What branches do, side by side where the terminal is wide enough, else one after the other. */
export function branchTable(
  titles: readonly string[],
  branches: ComparedBranches['branches'],
  terminal: number,
): string {
  const width = Math.max(terminal, narrowest);
  const column = Math.floor((width - gap.length * (branches.length - 1)) / branches.length);
  const sideBySide = column >= narrowest;
  const blocks = branches.map((revisions, at) =>
    block(titles[at] ?? '', revisions).flatMap((line) => wrap(line, sideBySide ? column : width)),
  );
  if (!sideBySide) return blocks.map((lines) => lines.join('\n')).join('\n\n');
  const height = Math.max(...blocks.map((lines) => lines.length));
  return Array.from({ length: height }, (_, row) =>
    blocks
      .map((lines) => (lines[row] ?? '').padEnd(column))
      .join(gap)
      .trimEnd(),
  ).join('\n');
}

function block(title: string, revisions: readonly RevisionOperations[]): readonly string[] {
  return [
    title,
    ...revisions.flatMap(({ revision, message, operations, opaque }) => [
      `${revision}  ${message}`.trimEnd(),
      ...operations.map((line) => `  ${line}`),
      ...opaque.map((why) => `  ? ${why}`),
      ...(operations.length + opaque.length === 0 ? ['  (nothing)'] : []),
    ]),
  ];
}

/** Breaks a line at blanks; what follows is indented by two more. */
function wrap(line: string, width: number): readonly string[] {
  const indent = `${/^ */.exec(line)?.[0] ?? ''}  `;
  const lines: string[] = [];
  let rest = line;
  while (rest.length > width) {
    const blank = rest.lastIndexOf(' ', width);
    const cut = blank > indent.length ? blank : width;
    lines.push(rest.slice(0, cut).trimEnd());
    rest = indent + rest.slice(cut).trimStart();
  }
  return [...lines, rest];
}

/** Says what two branches both touch: conflicts as warnings, with what to do about them, the rest as talk. */
function reportOverlaps({ branches, overlaps }: ComparedBranches, advice: string, output: Output): void {
  const conflicts = overlaps.filter(({ kind }) => kind === 'conflict');
  const neighbours = overlaps.filter(({ kind }) => kind === 'sameTable');
  if (conflicts.length > 0)
    output.warn(
      `the branches conflict; it matters which of them runs first:\n${overlapText(conflicts)}\n  ${advice}`,
    );
  if (neighbours.length > 0)
    output.talk(
      `Same table, different parts: ${neighbours.map(({ object }) => object.replace(/^table /, '')).join(', ')}.`,
    );
  const opaque = [
    ...new Set(
      branches
        .flat()
        .filter((each) => each.opaque.length > 0)
        .map(({ revision }) => revision),
    ),
  ];
  if (opaque.length > 0)
    output.talk(`Not seen through (${opaque.join(', ')}): what else these touch is not known.`);
  if (overlaps.length + opaque.length === 0) output.talk('The branches touch nothing in common.');
}

function overlapText(overlaps: readonly OverlapView[]): string {
  return overlaps
    .flatMap(({ object, sides }) => [
      `  ${object}`,
      ...sides.flat().map(({ revision, operation }) => `    ${revision}  ${operation}`),
    ])
    .join('\n');
}
