import { createHash } from 'node:crypto';
import type { Picture, PictureRevision } from './picture.js';
import { svgParts, svgStyle, xml } from './svg.js';

/** What the page shows of a revision that is chosen; any of it may be a user's text. */
export interface Details {
  readonly id: string;
  readonly parents: readonly string[];
  readonly children: readonly string[];
  readonly labels: readonly string[];
  readonly dependsOn: readonly string[];
  readonly marks: readonly string[];
  /** ISO 8601. */
  readonly created: string | null;
  /** Relative to the project. */
  readonly file: string;
  readonly docstring: string;
  readonly upgrade: DetailsOfFunction;
  /** Null: the revision has no downgrade. */
  readonly downgrade: DetailsOfFunction | null;
}

export interface DetailsOfFunction {
  readonly operations: readonly string[];
  readonly sql: string;
  readonly problems: readonly string[];
}

/** The package's page, with places for what is written into it. */
export interface PageParts {
  readonly page: string;
  readonly style: string;
  readonly script: string;
}

/** One file that needs nothing else: no network, no other file. `details` go by the picture's rows. */
export function drawHtml(picture: Picture, details: readonly Details[], parts: PageParts): string {
  const { width, height, textX, lines, revisions } = svgParts(picture);
  const groups = revisions.map((inner, row) => {
    const revision = picture.revisions[row];
    const name = revision ? xml(spoken(revision)) : '';
    // One revision is in the order of the tab key; the arrow keys lead to the others.
    return `<g class="revision" role="option" id="r${row}" data-row="${row}" tabindex="${row === 0 ? 0 : -1}" aria-selected="false" aria-posinset="${row + 1}" aria-setsize="${revisions.length}" aria-label="${name}">${inner}</g>`;
  });
  const values: Readonly<Record<string, string>> = {
    // Should a text ever get through as markup, it still cannot run or load anything.
    policy: `default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${sha256(parts.script)}'; base-uri 'none'; form-action 'none'`,
    title: picture.revisions.length === 1 ? '1 revision' : `${picture.revisions.length} revisions`,
    style: svgStyle + parts.style,
    script: parts.script,
    width: String(width),
    height: String(height),
    text: String(textX),
    lines,
    revisions: groups.join('\n'),
    data: jsonInScript(details),
  };
  return parts.page.replace(/\$\{(\w+)\}/g, (place, name: string) => values[name] ?? place);
}

function spoken({ id, message, labels, marks }: PictureRevision): string {
  return [message || 'no message', id, ...labels, ...marks].join(', ');
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}

/** JSON in which nothing ends the script element or begins a comment in it. */
export function jsonInScript(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
