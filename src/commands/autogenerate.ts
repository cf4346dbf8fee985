import { displayName } from '../catalog/index.js';
import { describeUncompared } from '../diff/live-only.js';
import { type RevisionSteps, revisionSteps } from '../diff/missing-values.js';
import { RevError } from '../errors.js';
import type { Operation } from '../operations/index.js';
import { type Comparison, compare, decideRenames } from './compare.js';
import { withDatabase } from './database.js';
import type { Environment } from './environment.js';
import type { Project } from './project.js';

export interface AutogenerateOptions {
  /** `old=new`: what was renamed. */
  readonly renames?: readonly string[] | undefined;
  /** What was dropped and not renamed; `all`: nothing was. */
  readonly noRenames?: readonly string[] | 'all' | undefined;
}

/** What a new revision is to do. */
export interface Generated extends Comparison {
  readonly steps: RevisionSteps;
}

/** Compares models and database for a new revision, and settles what was renamed. */
export async function autogenerate(
  environment: Environment,
  project: Project,
  options: AutogenerateOptions,
): Promise<Generated> {
  const said = options.renames ?? [];
  const standing = project.config.renames;
  const denied = options.noRenames ?? [];
  return withDatabase(environment, project.config, { create: false }, async (database) => {
    const generated = (found: Comparison): Generated => {
      assertFree(found);
      const steps = revisionSteps(found.operations, database.dialect.rules);
      return { ...found, steps, warnings: [...found.warnings, ...toFillIn(steps)] };
    };
    const first = await compare(project, database, { said, standing, denied });
    if (first.candidates.length === 0) return generated(first);
    const decided = await decideRenames(environment, first.candidates);
    const second = await compare(project, database, {
      standing,
      said: [...said, ...decided.said],
      denied: [...(denied === 'all' ? [] : denied), ...decided.denied],
    });
    return generated(second);
  });
}

/** The places that a person must see to before the revision runs on a table with rows. */
function toFillIn({ upgrade, downgrade }: RevisionSteps): readonly string[] {
  const lines = (operations: readonly Operation[], direction: string) =>
    operations.flatMap((each) =>
      each.kind === 'missingValues'
        ? each.columns.map(
            ({ name }) =>
              `${displayName(each.table)}.${name} becomes NOT NULL: fill in its rows at the marked place in ${direction}`,
          )
        : [],
    );
  return [...lines(upgrade, 'upgrade'), ...lines(downgrade ?? [], 'downgrade')];
}

/** Throws REV_IN_USE: what no model can say is never dropped, and would be lost with a column. */
function assertFree({ blocked }: Comparison): void {
  const [first] = blocked;
  if (!first) return;
  const what = blocked.map(
    ({ object, table, column }) =>
      `${describeUncompared(object)} stands on column ${displayName(table)}.${column}, which the models do not have any more`,
  );
  throw new RevError('REV_IN_USE', `${what.join('; ')}.`, {
    hint: [
      'Say what becomes of it, in a revision before this one:',
      '  rev create -m "…"',
      `  await op.execute(${JSON.stringify(first.object.sql?.drop ?? '')});`,
    ].join('\n'),
    data: {
      objects: blocked.map(({ object, table, column }) => ({
        kind: object.kind,
        name: displayName(object.name),
        column: `${displayName(table)}.${column}`,
      })),
    },
  });
}
