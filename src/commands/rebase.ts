import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { createTwoFilesPatch } from 'diff';
import { sameData } from '../catalog/index.js';
import type { ResolvedConfig } from '../config/config.js';
import { RevError } from '../errors.js';
import { type Rebase, RevisionGraph, type RevisionNode } from '../graph/graph.js';
import { readHeader } from '../revisions/header.js';
import { rewriteParents } from '../revisions/rewrite.js';
import type { RevisionFile } from '../revisions/scan.js';
import { replaceRevision } from '../revisions/write.js';
import { alone } from '../runtime/alone.js';
import { type ComparedBranches, type CompareOptions, compareIfWanted } from './branch-operations.js';
import { lockOptions, readRows, withDatabase } from './database.js';
import type { Environment } from './environment.js';
import { openProject, type Project } from './project.js';

export interface RebaseCommandOptions extends CompareOptions {
  /** Default: the only other head. */
  readonly onto?: string | undefined;
  /** The parent to replace, where the named revision alone is meant. */
  readonly parent?: string | undefined;
  /** Do not ask the database whether the revision is applied. */
  readonly noDatabase?: boolean | undefined;
  readonly dryRun?: boolean | undefined;
}

export interface RebaseResult extends Rebase, ComparedBranches {
  readonly file: string;
  /** A unified diff of the file; empty where there was nothing to do. */
  readonly diff: string;
  readonly written: boolean;
}

/**
 * Puts a branch onto another one by rewriting the parents of its oldest revision, in its file. Refuses where the version
 * rows would then say something else (REV_APPLIED), which is asked of the database unless `noDatabase`.
 */
export async function rebase(
  environment: Environment,
  name: string | undefined,
  options: RebaseCommandOptions,
): Promise<RebaseResult> {
  const project = await openProject(environment);
  const { graph, files } = project;
  const plan = graph.planRebase(name, {
    ...(options.onto === undefined ? {} : { onto: options.onto }),
    ...(options.parent === undefined ? {} : { parent: options.parent }),
  });
  const revision = files.get(plan.revision);
  if (!revision) throw new RevError('REV_UNKNOWN_REVISION', `There is no revision ${plan.revision}.`);
  const { file } = revision;
  if (sameData(plan.from, plan.to)) {
    return { ...plan, branches: [], overlaps: [], file, diff: '', written: false };
  }
  const after = RevisionGraph.of(
    [...files.values()].map((each) => (each.id === plan.revision ? { ...each, down: plan.to } : each)),
  );
  const unapplied = async (write: () => void) => {
    if (options.noDatabase) return write();
    await whileNothingRuns(environment, project.config, (rows) => {
      assertSameMeaning(rows, project, after, plan, options.parent);
      write();
    });
  };
  // Asked before revisions are run for the comparison, and again when nothing can come between answer and file.
  await unapplied(() => {});
  const sides = [plan.moved, passed(graph, after, plan)];
  const compared = await compareIfWanted(environment, project, sides, { ...options, command: 'rebase' });
  const text = readText(file);
  const rewritten = rewriteParents(text, plan.from, plan.to);
  assertRewritten(revision, rewritten, { ...revision, down: plan.to });
  const path = relative(environment.cwd, file);
  const diff = createTwoFilesPatch(path, path, text, rewritten, undefined, undefined, { context: 2 });
  if (!options.dryRun) await unapplied(() => replaceRevision(file, rewritten, text));
  return {
    ...plan,
    ...compared,
    file,
    diff: diff.replace(/^(?:Index: .*\n)?=+\n/, ''),
    written: !options.dryRun,
  };
}

/** What the moved revisions come to stand on, or no longer stand on. */
function passed(before: RevisionGraph, after: RevisionGraph, { revision }: Rebase): readonly string[] {
  const under = [before, after].map((graph) => new Set(graph.neededFor(revision)));
  return after.ids.filter((id) => under.filter((set) => set.has(id)).length === 1);
}

/** Hands over the version rows, with the runner's lock held. */
async function whileNothingRuns(
  environment: Environment,
  config: ResolvedConfig,
  work: (rows: readonly string[]) => void,
): Promise<void> {
  let isAsked = false;
  try {
    await withDatabase(environment, config, { create: false, mustExist: true }, async (database) => {
      await alone(lockOptions(database, config, environment, config.lockTimeout), () =>
        database.driver.transaction(
          async () => {
            const rows = await readRows(database, config);
            isAsked = true;
            work(rows);
          },
          { writerTimeout: config.lockTimeout },
        ),
      );
    });
  } catch (error) {
    throw isAsked ? error : unasked(error);
  }
}

/** The version rows must mean the same before and after: else a revision would be skipped, or run again. */
function assertSameMeaning(
  rows: readonly string[],
  { graph }: Project,
  after: RevisionGraph,
  { revision, from, onto }: Rebase,
  parent: string | undefined,
): void {
  const then = new Set(after.applied(rows));
  const now = new Set(graph.applied(rows));
  const skipped = [...then].filter((id) => !now.has(id));
  const again = [...now].filter((id) => !then.has(id));
  if (skipped.length + again.length === 0) return;
  const what = [
    ...(skipped.length > 0 ? [`${skipped.join(', ')} would count as applied without having run`] : []),
    ...(again.length > 0 ? [`${again.join(', ')} would count as not applied`] : []),
  ].join(', and ');
  throw new RevError('REV_APPLIED', `Revision ${revision} is applied to the database: ${what}.`, {
    hint: [
      'Take it down, move it, and run it again:',
      `  rev downgrade ${revision}@${from[0] ?? 'base'}`,
      `  rev rebase ${revision} ${parent === undefined ? '' : `--parent ${parent} `}--onto ${onto ?? 'base'}`,
      '  rev upgrade heads',
      'If others have it, or a deploy has run it, leave it where it is: rev merge',
    ].join('\n'),
    data: { revision, rows, skipped, again },
  });
}

function unasked(error: unknown): unknown {
  if (!(error instanceof RevError)) return error;
  return new RevError(error.code, error.message, {
    hint: `${error.hint === undefined ? '' : `${error.hint}\n`}Whether the revision is applied is asked of the database. To move it without asking: --no-database`,
    data: error.data,
    cause: error.cause,
  });
}

/** A file's text, if it can be written back byte for byte. */
function readText(file: string): string {
  const bytes = readFileSync(file);
  const text = bytes.toString('utf8');
  if (Buffer.from(text, 'utf8').equals(bytes)) return text;
  throw new RevError('REV_UNWRITABLE', `${file} is not UTF-8, and could not be written back as it is.`, {
    hint: 'Save it as UTF-8 first.',
    data: { file },
  });
}

/** The new text must read as the same revision with other parents, before it may replace the old one. */
function assertRewritten({ file }: RevisionFile, text: string, wanted: RevisionNode): void {
  const reading = readHeader(text);
  const parts = ({ id, down, labels, depends }: Pick<RevisionNode, 'id' | 'down' | 'labels' | 'depends'>) =>
    JSON.stringify([id, down, labels, depends]);
  if (reading.kind === 'revision' && parts(reading.header) === parts(wanted)) return;
  throw new RevError('REV_HEADER', `${file}: downRevision could not be rewritten.`, {
    hint: `Nothing was changed. Write it by hand: ${JSON.stringify(wanted.down)}`,
    data: { file },
  });
}
