import { RevError } from '../errors.js';
import type { Environment } from './environment.js';
import { openProject } from './project.js';
import { type RevisionView, viewer } from './views.js';

export interface HeadsOptions {
  /** The heads that will be rows: those that nothing depends on either. */
  readonly resolveDependencies?: boolean;
  /** Throw REV_UNMERGED_HEADS if there are several. */
  readonly check?: boolean;
}

/** The revisions that nothing revises. */
export async function heads(
  environment: Environment,
  options: HeadsOptions = {},
): Promise<readonly RevisionView[]> {
  const project = await openProject(environment, { anyDatabase: true });
  const ids = options.resolveDependencies ? project.graph.realHeads() : project.graph.heads();
  if (options.check && ids.length > 1) throw unmerged(ids, project.graph.rebaseCommands());
  return ids.map(viewer(project));
}

function unmerged(ids: readonly string[], rebase: readonly string[]): RevError {
  const merge = ['join them with a revision:', '  rev merge'];
  const own = [
    'Put your own one onto the other, if nobody else has it yet:',
    ...rebase.map((command) => `  ${command}`),
  ];
  return new RevError('REV_UNMERGED_HEADS', `There are ${ids.length} heads: ${ids.join(', ')}.`, {
    hint: (rebase.length === 0 ? merge : [...own, `or ${merge[0]}`, ...merge.slice(1)]).join('\n'),
    data: { heads: ids },
  });
}
