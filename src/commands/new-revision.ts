import { readFileSync } from 'node:fs';
import { isAbsolute, relative, resolve } from 'node:path';
import type { ResolvedConfig } from '../config/config.js';
import { RevError } from '../errors.js';
import { RevisionGraph } from '../graph/graph.js';
import { indent } from '../operations/index.js';
import { runHooks } from '../revisions/hooks.js';
import type { RenderedBodies } from '../revisions/render.js';
import { newRevisionId, renderRevision, revisionFileName } from '../revisions/render-file.js';
import { packageTemplate, readTemplate } from '../revisions/template.js';
import { writeRevision } from '../revisions/write.js';
import type { Environment } from './environment.js';
import type { Project } from './project.js';

export interface NewRevision {
  readonly down: readonly string[];
  readonly labels: readonly string[];
  readonly depends: readonly string[];
  readonly message: string;
  readonly bodies: RenderedBodies;
  /** `--rev-id`; absent: a hash of the rest. */
  readonly id: string | undefined;
  /** `--version-path`: the folder, one of the configured ones. Default: the parents' own, or the first. */
  readonly folder?: string | undefined;
  /** Print instead of writing. */
  readonly dryRun: boolean;
}

export interface WrittenRevision {
  readonly id: string;
  readonly file: string;
  /** The file's text. */
  readonly source: string;
  readonly written: boolean;
}

/**
 * Writes a revision file, after the graph has said that it fits. Throws REV_USAGE (no message), REV_NAME, REV_LABEL,
 * REV_DUPLICATE_REVISION, REV_EXISTS, REV_UNWRITABLE, REV_HOOK, REV_CONFIG (a template that does not write the header).
 */
export async function newRevision(
  environment: Environment,
  project: Project,
  revision: NewRevision,
): Promise<WrittenRevision> {
  const { config } = project;
  const { down, labels, depends, message, bodies } = revision;
  if (message.trim() === '') {
    throw new RevError('REV_USAGE', 'A revision needs a message.', { hint: 'rev create -m "what it does"' });
  }
  const body = `${bodies.upgrade}\n${bodies.downgrade}`;
  const created = environment.now();
  const id = revision.id ?? newRevisionId({ down, message, body, nonce: environment.nonce() });
  const name = revisionFileName({ id, message, created, ...nameOptions(config) });
  const node = { id, down, labels, depends, created: created.toISOString(), source: name };
  RevisionGraph.of([...project.files.values(), node]);
  const source = renderRevision({
    id,
    down,
    labels,
    depends,
    message,
    created,
    dialect: config.databases.length === 0 ? config.dialect : null,
    imports: bodies.imports,
    upgrade: bodies.upgrade && indent(bodies.upgrade),
    downgrade: bodies.downgrade && indent(bodies.downgrade),
    template: config.template === undefined ? packageTemplate('revision.ts') : readTemplate(config.template),
  });
  const folder =
    revision.folder === undefined
      ? ownFolder(project, down)
      : chosenFolder(environment, config, revision.folder);
  if (revision.dryRun) return { id, file: `${folder}/${name}`, source, written: false };
  const file = writeRevision(folder, name, source);
  if (config.hooks.length === 0) return { id, file, source, written: true };
  for (const text of runHooks(config.hooks, file, config.folder)) {
    if (text !== '') environment.report({ kind: 'hook', text });
  }
  return { id, file, source: readFileSync(file, 'utf8'), written: true };
}

function nameOptions({ fileTemplate, slugLength, timezone }: ResolvedConfig) {
  return { fileTemplate, slugLength, timezone };
}

/** Where the parents are: histories in folders of their own stay apart. */
function ownFolder({ config, files }: Project, down: readonly string[]): string {
  const holds = (folder: string) => down.some((id) => isWithin(files.get(id)?.file, folder));
  return config.revisions.find(holds) ?? config.revisions[0] ?? '';
}

/** @throws RevError REV_USAGE for a folder in which no command would find the file */
function chosenFolder({ cwd }: Environment, { revisions, recursive }: ResolvedConfig, given: string): string {
  const folder = resolve(cwd, given);
  if (revisions.some((each) => each === folder || (recursive && isWithin(folder, each)))) return folder;
  throw new RevError('REV_USAGE', `--version-path ${given} is not among the folders of revisions.`, {
    hint: `The configuration (\`revisions\`) has:\n${revisions.map((each) => `  ${relative(cwd, each) || '.'}`).join('\n')}`,
    data: { folder, revisions },
  });
}

function isWithin(path: string | undefined, folder: string): boolean {
  return (
    path !== undefined && !relative(folder, path).startsWith('..') && !isAbsolute(relative(folder, path))
  );
}
