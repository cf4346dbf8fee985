import type { ResolvedConfig } from '../config/config.js';
import { RevError } from '../errors.js';
import { describe, losses, Source } from '../operations/index.js';
import { type Bodies, type RenderedBodies, renderBodies } from '../revisions/render.js';
import { renderSections } from '../revisions/sections.js';
import type { AutogenerateOptions } from './autogenerate.js';
import type { Environment } from './environment.js';
import { newRevision, type WrittenRevision } from './new-revision.js';
import { inEachDatabase, openProject, type Project } from './project.js';

export interface CreateOptions extends AutogenerateOptions {
  readonly message: string;
  readonly autogenerate?: boolean | undefined;
  readonly dryRun?: boolean | undefined;
  /** The revision to build on; default: the only head. */
  readonly head?: string | undefined;
  /** Allow building on a revision that is no head. */
  readonly splice?: boolean | undefined;
  readonly branchLabels?: readonly string[] | undefined;
  readonly dependsOn?: readonly string[] | undefined;
  readonly revId?: string | undefined;
  /** The folder to write to. */
  readonly versionPath?: string | undefined;
}

export type CreateResult =
  | {
      readonly kind: 'unchanged';
      readonly warnings: readonly string[];
      readonly uncompared: readonly string[];
    }
  | ({
      readonly kind: 'revision';
      /** One line for each operation of the upgrade. */
      readonly operations: readonly string[];
      readonly losses: readonly string[];
      readonly warnings: readonly string[];
      readonly uncompared: readonly string[];
    } & WrittenRevision);

const emptyBodies: Bodies = {
  upgrade: '// Write here what changes, for example: await op.execute("update …");',
  downgrade: '// And here what takes it back.',
};

/** Writes a new revision: empty, or with the operations that make the database what the models say. */
export async function create(environment: Environment, options: CreateOptions): Promise<CreateResult> {
  const saysRenames = (options.renames?.length ?? 0) + (options.noRenames?.length ?? 0) > 0;
  if (!options.autogenerate && saysRenames) {
    throw new RevError('REV_USAGE', 'Renames say something only together with --autogenerate.', {
      hint: 'rev create -m "…" --autogenerate --rename old=new',
    });
  }
  // Renames and a url are those of one database.
  const isForOne = saysRenames || (options.autogenerate === true && environment.url !== undefined);
  const project = await openProject(environment, { missing: 'empty', anyDatabase: !isForOne });
  const down = project.graph.planCreate({
    ...(options.head === undefined ? {} : { head: options.head }),
    ...(options.splice === undefined ? {} : { splice: options.splice }),
  });
  const parts: Part[] = [];
  // One after the other: each may have something to ask.
  for (const each of await inEachDatabase(environment, project))
    parts.push(await partOf(environment, each, options));
  const warnings = parts.flatMap((part) => part.warnings);
  const uncompared = parts.flatMap((part) => part.uncompared);
  if (options.autogenerate && parts.every(({ operations }) => operations.length === 0))
    return { kind: 'unchanged', warnings, uncompared };
  const written = await newRevision(environment, project, {
    down,
    labels: options.branchLabels ?? [],
    depends: (options.dependsOn ?? []).map((name) => fullId(project, name)),
    message: options.message,
    bodies: bodiesOf(parts),
    id: options.revId,
    folder: options.versionPath,
    dryRun: options.dryRun ?? false,
  });
  return {
    kind: 'revision',
    ...written,
    operations: parts.flatMap((part) => part.operations),
    losses: parts.flatMap((part) => part.losses),
    warnings,
    uncompared,
  };
}

/** What a revision is to do in one database; lines for a person name it where there are several. */
interface Part {
  readonly config: ResolvedConfig;
  readonly write: (source: Source) => Bodies;
  readonly operations: readonly string[];
  readonly losses: readonly string[];
  readonly warnings: readonly string[];
  readonly uncompared: readonly string[];
}

async function partOf(environment: Environment, project: Project, options: CreateOptions): Promise<Part> {
  const { config } = project;
  const none = { operations: [], losses: [], warnings: [], uncompared: [] };
  if (!options.autogenerate) return { config, write: () => emptyBodies, ...none };
  const { autogenerate } = await import('./autogenerate.js');
  const found = await autogenerate(environment, project, options);
  const operations = found.operations.length === 0 ? [] : found.steps.upgrade;
  const named = (lines: readonly string[]) =>
    config.database === undefined ? lines : lines.map((line) => `${config.database}: ${line}`);
  return {
    config,
    write: (source) =>
      operations.length === 0
        ? { upgrade: '', downgrade: '' }
        : renderBodies(operations, found.steps.downgrade, source),
    operations: named(operations.map(describe)),
    losses: named(operations.flatMap(losses)),
    warnings: named(found.warnings),
    uncompared: named(found.uncompared),
  };
}

function bodiesOf(parts: readonly Part[]): RenderedBodies {
  const sections = parts.flatMap(({ config: { database, dialect }, write }) =>
    database === undefined ? [] : [{ database, dialect, write }],
  );
  if (sections.length > 0) return renderSections(sections);
  const source = new Source();
  const bodies = parts[0]?.write(source) ?? emptyBodies;
  return { ...bodies, imports: source.imports };
}

/** A dependency is written as a full id, or as a label. */
function fullId({ graph }: Project, name: string): string {
  const ids = graph.resolve(name);
  const [id] = ids;
  if (id === undefined || ids.length > 1) {
    throw new RevError('REV_USAGE', `--depends-on ${name} does not name one revision.`);
  }
  return graph.get(id)?.labels.includes(name) ? name : id;
}
