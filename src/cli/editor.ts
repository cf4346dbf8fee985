import { spawn } from 'node:child_process';
import { RevError } from '../errors.js';

/** The user's editor: a program, and what it is called with before the file. */
export type Editor = readonly [program: string, ...args: string[]];

/** $VISUAL, else $EDITOR; words as a shell reads them. `undefined`: there is none. */
export function findEditor(env: Readonly<Record<string, string | undefined>>): Editor | undefined {
  const [program, ...args] =
    [env.VISUAL, env.EDITOR].map((each) => words(each ?? '')).find(([first]) => first) ?? [];
  return program === undefined ? undefined : [program, ...args];
}

/** Splits at blanks; quotes keep them, and so does a backslash. Before anything else a backslash is one of a path. */
function words(text: string): readonly string[] {
  const pieces = text.matchAll(/(?:\\[\s'"\\]|'[^']*'|"(?:\\["\\]|[^"])*"|[^\s'"])+/g);
  return [...pieces].map(([word]) =>
    word.replace(
      /\\([\s'"\\])|'([^']*)'|"((?:\\["\\]|[^"])*)"/g,
      (_, kept?: string, single?: string, double?: string) =>
        kept ?? single ?? (double ?? '').replace(/\\(["\\])/g, '$1'),
    ),
  );
}

/** Opens a file and waits until the editor is closed. Throws REV_EDITOR. */
export function openInEditor([program, ...args]: Editor, file: string): Promise<void> {
  return new Promise((done, fail) => {
    const child = spawn(program, [...args, file], { stdio: 'inherit' });
    child.on('error', (cause: NodeJS.ErrnoException) =>
      fail(failed(`cannot be started (${cause.code ?? cause.message})`, program, file)),
    );
    child.on('close', (code, signal) =>
      code === 0 ? done() : fail(failed(`ended with ${signal ?? `exit code ${code}`}`, program, file)),
    );
  });
}

function failed(what: string, program: string, file: string): RevError {
  return new RevError('REV_EDITOR', `The editor ${program} ${what}.`, {
    hint: `The file is ${file}\n$VISUAL, else $EDITOR, says which editor is used.`,
    data: { file, program },
  });
}
