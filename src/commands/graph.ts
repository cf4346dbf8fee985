import { readFileSync, writeFileSync } from 'node:fs';
import { relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadDialect } from '../dialects/load-dialect.js';
import { RevError } from '../errors.js';
import { drawDot } from '../pictures/dot.js';
import { type Details, type DetailsOfFunction, drawHtml } from '../pictures/html.js';
import { drawMermaid } from '../pictures/mermaid.js';
import type { Picture } from '../pictures/picture.js';
import { drawSvg } from '../pictures/svg.js';
import { readDescription } from '../revisions/docstring.js';
import { rehearse } from '../runtime/rehearse.js';
import { revisionSources } from './database.js';
import type { Environment } from './environment.js';
import { type HistoryOptions, revisionsOf } from './history.js';
import { pictureOf } from './picture.js';
import { openProject, type Project } from './project.js';
import type { RevisionView } from './views.js';

export const graphFormats = ['mermaid', 'dot', 'svg', 'html'] as const;

export type GraphFormat = (typeof graphFormats)[number];

export interface GraphOptions extends HistoryOptions {
  readonly format: GraphFormat;
  /** Where to write it; one that is there is replaced. */
  readonly file?: string | undefined;
  /** Run no revision: the page shows no operations and no SQL. */
  readonly noRun?: boolean | undefined;
}

export interface GraphResult {
  readonly format: GraphFormat;
  /** How many revisions are in the picture. */
  readonly revisions: number;
  /** The document. */
  readonly picture: string;
  /** Absolute; null: nothing was written. */
  readonly file: string | null;
}

/**
 * A picture of the history. Only `html` runs the revisions, offline, to tell what they do.
 * @throws RevError REV_UNWRITABLE, and what openProject and the range throw
 */
export async function graph(environment: Environment, options: GraphOptions): Promise<GraphResult> {
  const project = await openProject(environment);
  const views = await revisionsOf(environment, project, options);
  const picture = await draw(environment, project, options, pictureOf(project.graph, views), views);
  const file = options.file === undefined ? null : resolve(environment.cwd, options.file);
  if (file !== null) write(file, picture);
  return { format: options.format, revisions: views.length, picture, file };
}

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (cause) {
    throw new RevError(
      'REV_UNWRITABLE',
      `The picture cannot be written to ${file} (${(cause as NodeJS.ErrnoException).code}).`,
      { hint: 'Name a file in a folder that exists and is writable.', data: { file }, cause },
    );
  }
}

async function draw(
  environment: Environment,
  project: Project,
  { format, noRun = false }: GraphOptions,
  picture: Picture,
  views: readonly RevisionView[],
): Promise<string> {
  switch (format) {
    case 'mermaid':
      return drawMermaid(picture);
    case 'dot':
      return drawDot(picture);
    case 'svg':
      return drawSvg(picture);
    case 'html':
      return drawHtml(picture, await detailsOf(environment, project, picture, views, noRun), {
        page: pagePart('graph.html.tmpl'),
        style: pagePart('graph.css'),
        script: pagePart('graph.js'),
      });
  }
}

async function detailsOf(
  environment: Environment,
  project: Project,
  picture: Picture,
  views: readonly RevisionView[],
  noRun: boolean,
): Promise<readonly Details[]> {
  const { config } = project;
  const byId = new Map(views.map((view) => [view.id, view]));
  const rehearsals = await rehearse({
    dialect: await loadDialect(config.dialect),
    ids: noRun ? [] : project.graph.ids,
    revision: revisionSources(project),
    shown: new Set(byId.keys()),
    args: environment.args,
    folder: config.folder,
    signal: environment.signal,
  });
  const nothing: DetailsOfFunction = {
    operations: [],
    sql: '',
    problems: noRun ? ['It was not run for this picture (--no-run).'] : [],
  };
  return picture.revisions.flatMap(({ id, parents, labels, depends, marks }): Details[] => {
    const view = byId.get(id);
    if (!view) return [];
    const { children, created, file } = view;
    const { upgrade = nothing, downgrade = noRun ? nothing : null } = rehearsals.get(id) ?? {};
    const path = relative(config.folder, file).split(sep).join('/');
    const docstring = readDescription(readFileSync(file, 'utf8')) || view.message;
    return [
      {
        id,
        parents,
        children,
        labels,
        dependsOn: depends,
        marks,
        created,
        file: path,
        docstring,
        upgrade,
        downgrade,
      },
    ];
  });
}

function pagePart(name: 'graph.html.tmpl' | 'graph.css' | 'graph.js'): string {
  return readFileSync(fileURLToPath(new URL(`../../templates/${name}`, import.meta.url)), 'utf8');
}
