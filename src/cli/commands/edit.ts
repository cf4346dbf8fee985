import { checkEdited, filesToEdit } from '../../commands/edit.js';
import { RevError } from '../../errors.js';
import type { CliCommand } from '../command.js';
import { findEditor, openInEditor } from '../editor.js';

export const edit: CliCommand = {
  command: 'edit <revision>',
  describe: "Open a revision's file in your editor ($VISUAL, else $EDITOR).",
  examples: [
    ['rev edit head', 'the latest'],
    ['rev edit 5c1e', 'by the beginning of its id'],
    ['rev edit current', 'where the database is'],
  ],
  options: (yargs) =>
    yargs.positional('revision', { type: 'string', describe: 'an id, a beginning, a label, head, current' }),
  async run({ environment, output }, args) {
    const files = (await filesToEdit(environment, args.requiredText('revision'))).map(({ file }) => file);
    const editor = findEditor(process.env);
    const isTerminal = process.stdin.isTTY === true && process.stdout.isTTY === true;
    if (files.length > 0 && !(editor && isTerminal)) throw noEditor(files, editor !== undefined);
    if (editor) for (const file of files) await openInEditor(editor, file);
    if (files.length === 0) output.talk('There is no revision to edit.');
    else await checkEdited(environment);
    output.result({ files }, '');
  },
};

function noEditor(files: readonly string[], hasEditor: boolean): RevError {
  const why = hasEditor ? 'there is no terminal to open an editor in' : 'neither $VISUAL nor $EDITOR is set';
  return new RevError('REV_EDITOR', `No editor can be opened: ${why}.`, {
    hint: ['Open it yourself:', ...files.map((file) => `  ${file}`)].join('\n'),
    data: { files },
  });
}
