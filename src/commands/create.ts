import { RevError } from '../errors.js';
import { describe, losses } from '../operations/index.js';
import { type RenderedBodies, renderBodies } from '../revisions/render.js';
import type { AutogenerateOptions } from './autogenerate.js';
import type { Environment } from './environment.js';
import { newRevision, type WrittenRevision } from './new-revision.js';
import { openProject, type Project } from './project.js';

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

const emptyBodies: RenderedBodies = {
  imports: [],
  upgrade: '// Write here what changes, for example: await op.execute("update …");',
  downgrade: '// And here what takes it back.',
};

/** Writes a new revision: empty, or with the operations that make the database what the models say. */
export async function create(environment: Environment, options: CreateOptions): Promise<CreateResult> {
  if (!options.autogenerate && (options.renames?.length || options.noRenames?.length)) {
    throw new RevError('REV_USAGE', 'Renames say something only together with --autogenerate.', {
      hint: 'rev create -m "…" --autogenerate --rename old=new',
    });
  }
  const project = await openProject(environment, { missing: 'empty' });
  const down = project.graph.planCreate({
    ...(options.head === undefined ? {} : { head: options.head }),
    ...(options.splice === undefined ? {} : { splice: options.splice }),
  });
  const found = options.autogenerate
    ? await (await import('./autogenerate.js')).autogenerate(environment, project, options)
    : null;
  const warnings = found?.warnings ?? [];
  const uncompared = found?.uncompared ?? [];
  if (found?.operations.length === 0) return { kind: 'unchanged', warnings, uncompared };
  const written = await newRevision(environment, project, {
    down,
    labels: options.branchLabels ?? [],
    depends: (options.dependsOn ?? []).map((name) => fullId(project, name)),
    message: options.message,
    bodies: found ? renderBodies(found.steps.upgrade, found.steps.downgrade) : emptyBodies,
    id: options.revId,
    folder: options.versionPath,
    dryRun: options.dryRun ?? false,
  });
  const operations = found?.steps.upgrade ?? [];
  return {
    kind: 'revision',
    ...written,
    operations: operations.map(describe),
    losses: operations.flatMap(losses),
    warnings,
    uncompared,
  };
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
