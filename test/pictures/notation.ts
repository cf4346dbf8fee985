import { pictureOf } from '../../src/commands/picture.js';
import { viewer } from '../../src/commands/views.js';
import { RevisionGraph, type RevisionNode } from '../../src/graph/graph.js';
import type { Picture } from '../../src/pictures/picture.js';
import { nodesOf } from '../graph/notation.js';

/** The picture of a graph, written as test/graph/notation.ts says; a message is its id's unless it is given. */
export function pictureFrom(
  revisions: string | readonly (RevisionNode & { readonly message?: string })[],
  options: { readonly from?: string; readonly current?: readonly string[] } = {},
): Picture {
  const nodes: readonly (RevisionNode & { readonly message?: string })[] =
    typeof revisions === 'string' ? nodesOf(revisions) : revisions;
  const graph = RevisionGraph.of(nodes);
  const files = new Map(
    nodes.map((node) => [
      node.id,
      { ...node, message: node.message ?? `do ${node.id}`, file: `/app/${node.id}.ts`, transactional: true },
    ]),
  );
  const view = viewer({ graph, files }, options.current);
  const ids = graph.history(options.from === undefined ? {} : { from: options.from });
  return pictureOf(graph, ids.map(view));
}
