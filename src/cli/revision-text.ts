import type { RevisionView } from '../commands/views.js';
import type { Output } from './output.js';

/** `1f9a3c27be10 -> 5c1e8b70d2a4 (head), add author to posts` */
export function revisionLine(view: RevisionView, output: Output): string {
  const { dim, yellow, cyan, green } = output.out;
  const from = view.down.length === 0 ? '<base>' : view.down.join(', ');
  const depends = view.dependsOn.length === 0 ? '' : ` (${view.dependsOn.join(', ')})`;
  const marks = [
    ...(view.labels.length > 0 ? [cyan(`(${view.labels.join(', ')})`)] : []),
    ...(view.head ? [green('(head)')] : []),
    ...(view.effectiveHead ? [green('(effective head)')] : []),
    ...(view.current ? [green('(current)')] : []),
    ...(view.branchPoint ? [dim('(branchpoint)')] : []),
    ...(view.mergePoint ? [dim('(mergepoint)')] : []),
  ];
  const tail = marks.length > 0 ? ` ${marks.join(' ')}` : '';
  return `${dim(`${from}${depends} ->`)} ${yellow(view.id)}${tail}, ${view.message || '(no message)'}`;
}

/** The same over several lines. */
export function revisionBlock(view: RevisionView, output: Output): string {
  const { yellow, bold } = output.out;
  const marks = [
    ...(view.head ? ['(head)'] : []),
    ...(view.effectiveHead ? ['(effective head)'] : []),
    ...(view.current ? ['(current)'] : []),
    ...(view.branchPoint ? ['(branchpoint)'] : []),
    ...(view.mergePoint ? ['(mergepoint)'] : []),
  ];
  return [
    `${bold('Revision:')} ${yellow(view.id)}${marks.length > 0 ? ` ${marks.join(' ')}` : ''}`,
    `${view.mergePoint ? 'Merges:  ' : 'Revises: '} ${view.down.join(', ') || '<base>'}`,
    ...(view.dependsOn.length > 0 ? [`Depends:  ${view.dependsOn.join(', ')}`] : []),
    ...(view.branchPoint ? [`Into:     ${view.children.join(', ')}`] : []),
    ...(view.labels.length > 0 ? [`Labels:   ${view.labels.join(', ')}`] : []),
    ...(view.created ? [`Created:  ${view.created}`] : []),
    `File:     ${view.file}`,
    '',
    `    ${view.message || '(no message)'}`,
    '',
  ].join('\n');
}

export function revisionLines(views: readonly RevisionView[], output: Output): string {
  return views
    .map((view) => (output.verbose ? revisionBlock(view, output) : revisionLine(view, output)))
    .join('\n');
}
