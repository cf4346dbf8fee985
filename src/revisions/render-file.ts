/** The text of a revision file, and its name. Pure: the clock and the nonce are given. */

import { createHash } from 'node:crypto';
import type { DialectName } from '../catalog/index.js';
import { RevError } from '../errors.js';
import { type Import, lineWidth, stringLiteral } from '../operations/index.js';
import { cleanMessage, commentText, firstParagraph, isoSeconds } from './docstring.js';
import { readHeader } from './header.js';
import { fillTemplate, literals } from './template.js';

export interface RevisionParts {
  readonly id: string;
  readonly down: readonly string[];
  readonly labels?: readonly string[];
  readonly depends?: readonly string[];
  readonly message: string;
  readonly created: Date;
  /** null: it is for databases of several. */
  readonly dialect: DialectName | null;
  /** What is imported beside `Op`. */
  readonly imports: readonly Import[];
  /** Statements, indented by two spaces. Empty: the function does nothing, and takes nothing. */
  readonly upgrade: string;
  readonly downgrade: string;
  /** Why nobody can take it back: then the file has no `downgrade` but says so. */
  readonly irreversible?: string;
  /** False: it runs outside a transaction, for the reason given. */
  readonly outside?: string;
  /**
   * The template's text. Its places: in the comment `message`, `revision`, `revises`, `dependencies`, `created`; `imports`; the
   * literals `id`, `down_revision`, `branch_labels`, `depends_on`; of each function the parameter (`upgrade_op`, `downgrade_op`)
   * and the body (`upgrade`, `downgrade`); and `dialect`.
   */
  readonly template: string;
}

/** 12 hexadecimal digits: a hash of what the revision is. */
export function newRevisionId(parts: {
  readonly down: readonly string[];
  readonly message: string;
  /** The rendered operations. */
  readonly body: string;
  /** Makes two revisions that are equal in all else differ. */
  readonly nonce: string;
}): string {
  const { down, message, body, nonce } = parts;
  return createHash('sha256')
    .update(JSON.stringify([down, message, body, nonce]))
    .digest('hex')
    .slice(0, 12);
}

/**
 * The text of a revision file: valid TypeScript, whatever the message and the names hold.
 * @throws RevError REV_CONFIG when the template does not write the header
 */
export function renderRevision(parts: RevisionParts): string {
  const { id, down, labels = [], depends = [], dialect, upgrade, downgrade } = parts;
  const op = dialect === null ? 'op: Op' : `op: Op<${stringLiteral(dialect)}>`;
  const text = fillTemplate(parts.template, {
    message: commentText(cleanMessage(parts.message)),
    revision: nameText(id),
    revises: nameText(down.join(', ')) || 'base',
    dependencies: depends.length === 0 ? '' : `\n * Depends on: ${nameText(depends.join(', '))}`,
    created: isoSeconds(parts.created),
    imports: renderImports(parts),
    id: stringLiteral(id),
    down_revision: literals(down),
    branch_labels: literals(labels),
    depends_on: literals(depends),
    dialect: dialect ?? '',
    upgrade_op: upgrade === '' ? '' : op,
    upgrade: renderBody(upgrade),
    downgrade_op: downgrade === '' ? '' : op,
    downgrade: renderBody(downgrade),
  });
  const clean = `${trimComment(withoutDowngrade(outsideTransaction(text, parts), parts)).trimEnd()}\n`;
  checkHeader(clean, parts);
  return clean;
}

/** The constant comes after the header's others, which every template has. */
function outsideTransaction(text: string, { outside }: RevisionParts): string {
  if (outside === undefined) return text;
  const last = /^export const dependsOn\b[^\n]*\n/m;
  const lines = `// ${nameText(outside)}\nexport const transactional = false;\n`;
  return text.replace(last, (line) => `${line}${lines}`);
}

/** An empty function would say that there is nothing to take back. Where a template writes it in another way, it throws. */
function withoutDowngrade(text: string, { irreversible }: RevisionParts): string {
  if (irreversible === undefined) return text;
  const reason = nameText(irreversible);
  const left = text.replace(
    /^export async function downgrade\(\)[^\n{]*\{\s*\}/m,
    () => `// No downgrade: ${reason}.`,
  );
  return left === text
    ? text.replace(
        /(\bdowngrade\b[^\n]*\{)\s*\}/,
        (_all, start: string) => `${start}\n  throw new Error(${stringLiteral(reason)});\n}`,
      )
    : left;
}

/** A name in the comment: one line. */
function nameText(name: string): string {
  return commentText(cleanMessage(name).replace(/\n+/g, ' '));
}

/** No blanks at the ends of the first comment's lines. */
function trimComment(text: string): string {
  const end = text.indexOf('*/');
  return text.slice(0, end).replace(/[ \t]+(?=\n)/g, '') + text.slice(end);
}

function renderBody(body: string): string {
  return body === '' ? '' : `\n${body}\n`;
}

function renderImports({ imports, upgrade, downgrade }: RevisionParts): string {
  const modules = new Map<string, Set<string>>();
  if (upgrade !== '' || downgrade !== '') modules.set('drizzle-alembic', new Set(['type Op']));
  for (const { name, from, as } of imports)
    modules.set(from, (modules.get(from) ?? new Set()).add(as === undefined ? name : `${name} as ${as}`));
  return [...modules].map(([from, names]) => renderImport([...names], from)).join('');
}

function renderImport(names: readonly string[], from: string): string {
  const line = `import { ${names.join(', ')} } from ${stringLiteral(from)};`;
  // A single name stays with its braces, however long the line.
  if (line.length <= lineWidth || names.length === 1) return `${line}\n`;
  return `import {\n${names.map((name) => `  ${name},\n`).join('')}} from ${stringLiteral(from)};\n`;
}

const headerLines = [
  ['revision', 'id'],
  ['downRevision', 'down_revision'],
  ['branchLabels', 'branch_labels'],
  ['dependsOn', 'depends_on'],
].map(([constant, place]) => `  export const ${constant} = \${${place}};`);

/** A template of the user's own may have lost what makes the file a revision. */
function checkHeader(text: string, { id, down, labels = [], depends = [], outside }: RevisionParts): void {
  const reading = readHeader(text);
  const wanted = JSON.stringify([id, down, labels, depends, outside === undefined]);
  if (reading.kind === 'revision') {
    const { header } = reading;
    const found = [header.id, header.down, header.labels, header.depends, header.transactional];
    if (JSON.stringify(found) === wanted) return;
  }
  throw new RevError(
    'REV_CONFIG',
    `The template of revision files does not write a revision's header${faultOf(reading)}.`,
    {
      hint: `It needs these lines:\n${headerLines.join('\n')}`,
    },
  );
}

function faultOf(reading: ReturnType<typeof readHeader>): string {
  return reading.kind === 'fault' ? `: line ${reading.line}, ${reading.problem}` : '';
}

/** The words of a message, lower case, joined by `_`: at most `length` characters, and no word cut unless it is the first. */
export function slugOf(message: string, length: number): string {
  const words =
    message
      .normalize('NFC')
      .toLowerCase()
      .match(/[\p{L}\p{N}\p{M}_]+/gu) ?? [];
  const slug = [...words.join('_').replace(/_+/g, '_').replace(/^_|_$/g, '')];
  if (slug.length <= length) return slug.join('');
  const cut = slug.slice(0, length).join('');
  const back = slug[length] === '_' ? cut : cut.slice(0, cut.lastIndexOf('_'));
  return (back === '' || !cut.includes('_') ? cut : back).replace(/_$/, '');
}

export interface FileNameOptions {
  readonly id: string;
  readonly message: string;
  readonly created: Date;
  /** As in the configuration. */
  readonly fileTemplate: string;
  readonly slugLength: number;
  readonly timezone: string;
}

/** The name of a revision's file. @throws RevError REV_NAME when the id cannot be part of one */
export function revisionFileName({
  id,
  message,
  created,
  fileTemplate,
  slugLength,
  timezone,
}: FileNameOptions): string {
  if (!/^\w[\w.]*$/.test(id) || id.length > 100) {
    throw new RevError('REV_NAME', `'${cleanMessage(id).slice(0, 120)}' cannot be a revision id.`, {
      hint: 'Use at most 100 letters, digits, `_` and `.`, or leave out --rev-id.',
    });
  }
  const values: Readonly<Record<string, string>> = {
    ...dateParts(created, timezone),
    epoch: String(Math.floor(created.getTime() / 1000)),
    id,
    slug: slugOf(firstParagraph(message), slugLength),
  };
  const name = fileTemplate.replace(/\{(\w+)\}/g, (place, field: string) => values[field] ?? place);
  return `${name.replace(/_+$/, '')}.ts`;
}

function dateParts(date: Date, timeZone: string): Readonly<Record<string, string>> {
  const two = '2-digit';
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    ...{ year: 'numeric', month: two, day: two, hour: two, minute: two, second: two, hourCycle: 'h23' },
  });
  return Object.fromEntries(format.formatToParts(date).map(({ type, value }) => [type, value]));
}
