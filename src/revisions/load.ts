/** Evaluates one revision, when its turn has come. */

import { RevError } from '../errors.js';
import { loadModule, loadModules } from '../loading/load.js';
import { describeLocation } from '../loading/locate.js';
import type { ModuleExports } from '../loading/modules.js';
import type { RevisionFile } from './scan.js';

/** `Op` is what the functions are given: the runner knows. */
export interface RevisionModule<Op> {
  readonly upgrade: (op: Op) => unknown;
  /** `undefined`: the file exports none, so there is no way back. */
  readonly downgrade: ((op: Op) => unknown) | undefined;
  readonly transactional: boolean;
}

/**
 * Evaluates a revision's file.
 * @throws RevError REV_REVISION_LOAD (it does not compile, it throws, `upgrade` is missing or no function), REV_HEADER (what it
 * exports is not what its header said when the files were scanned)
 */
export async function load<Op>(revision: RevisionFile): Promise<RevisionModule<Op>> {
  return toModule<Op>(revision, await loadModule(revision.file, { code: 'REV_REVISION_LOAD' }));
}

/** Evaluates several at once, which is faster for files that import others; in the order given. */
export async function loadAll<Op>(
  revisions: readonly RevisionFile[],
): Promise<readonly RevisionModule<Op>[]> {
  const files = revisions.map(({ file }) => file);
  const modules = await loadModules(files, { code: 'REV_REVISION_LOAD' });
  return revisions.map((revision, index) => toModule<Op>(revision, modules[index] ?? {}));
}

function toModule<Op>(revision: RevisionFile, exports: ModuleExports): RevisionModule<Op> {
  checkHeader(revision, exports);
  const { upgrade, downgrade } = exports;
  if (!isRun<Op>(upgrade)) throw noFunction(revision, 'upgrade', upgrade);
  if (downgrade !== undefined && !isRun<Op>(downgrade)) throw noFunction(revision, 'downgrade', downgrade);
  return { upgrade, downgrade, transactional: revision.transactional };
}

function isRun<Op>(value: unknown): value is (op: Op) => unknown {
  return typeof value === 'function';
}

function noFunction({ file, id }: RevisionFile, name: string, value: unknown): RevError {
  const problem =
    value === undefined ? `exports no function '${name}'` : `exports '${name}', but it is no function`;
  return new RevError('REV_REVISION_LOAD', `${describeLocation({ file })}: The revision ${id} ${problem}.`, {
    hint: `Write:\n  export async function ${name}(op: Op) { … }`,
    data: { file, revision: id },
  });
}

/** A header can be changed behind the scan's back (an export at the end of the file, a `let`): better to stop. */
function checkHeader(revision: RevisionFile, exports: ModuleExports): void {
  const pairs: readonly [string, readonly string[], unknown][] = [
    ['revision', [revision.id], exports.revision],
    ['downRevision', revision.down, exports.downRevision],
    ['branchLabels', revision.labels, exports.branchLabels],
    ['dependsOn', revision.depends, exports.dependsOn],
    ['transactional', [String(revision.transactional)], String(exports.transactional ?? true)],
  ];
  for (const [name, scanned, evaluated] of pairs) {
    if (scanned.join('\n') === [evaluated ?? []].flat().join('\n')) continue;
    throw new RevError(
      'REV_HEADER',
      `${describeLocation(revision)}: '${name}' is not what the top of the file says.`,
      {
        hint: `Write it once, as a literal, before the functions:\n  export const ${name} = …;`,
        data: { file: revision.file, revision: revision.id },
      },
    );
  }
}
