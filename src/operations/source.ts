import {
  type DefaultValue,
  hasBrokenLiteral,
  type QualifiedName,
  type SequenceOptions,
} from '../catalog/index.js';
import { type HelperName, type Import, Imports } from './imports.js';
import { layout } from './layout.js';

/**
 * Writes TypeScript literals, and remembers which helpers were used, for the import line.
 * Output is formatted as the common formatters would leave it: two spaces, single quotes, trailing commas.
 */
export class Source {
  readonly #imports: Imports;
  readonly #column: number;

  /** @param column where its statements will stand; those of a function: two columns in */
  constructor({ imports = new Imports(), column = 2 }: { imports?: Imports; column?: number } = {}) {
    this.#imports = imports;
    this.#column = column;
  }

  get imports(): readonly Import[] {
    return this.#imports.all;
  }

  /** What the project's own module exports by this name, as the file calls it. */
  own(name: string, from: string): string {
    return this.#imports.own(name, from);
  }

  call(helper: HelperName, args: readonly string[]): string {
    this.#imports.helper(helper);
    return `${helper}(${args.join(', ')})`;
  }

  /** A tagged template; its text reaches the database as it is. */
  sql(text: string): string {
    this.#imports.helper('sql');
    // A line break is written as an escape, so that indenting the code cannot change a literal inside the SQL.
    return `sql\`${templateText(text).replaceAll('\r', '\\r').replaceAll('\n', '\\n')}\``;
  }

  /**
   * A query in its own lines, indented with the code: whoever reads it back takes the indentation off (tidyQuery).
   * A query of one line stays one; so does one whose literals would be changed by indentation.
   */
  query(text: string): string {
    if (!text.includes('\n') || hasBrokenLiteral(text)) return this.sql(text);
    this.#imports.helper('sql');
    return `sql\`\n${indent(templateText(text))}\n\``;
  }

  string(value: string): string {
    return stringLiteral(value);
  }

  strings(values: readonly string[]): string {
    return `[${values.map((value) => this.string(value)).join(', ')}]`;
  }

  /** A table or other object: `'posts'`, `'app.posts'`, or an object where a dot would mislead. */
  name(name: QualifiedName): string {
    if (name.name.includes('.') || name.schema?.includes('.')) {
      return this.object({
        schema: name.schema === null ? 'null' : this.string(name.schema),
        name: this.string(name.name),
      });
    }
    return this.string(name.schema === null ? name.name : `${name.schema}.${name.name}`);
  }

  value(value: DefaultValue | null): string {
    if (value === null) return 'null';
    if (value.kind === 'expression') return this.sql(value.sql);
    if (typeof value.value === 'string') return this.string(value.value);
    return typeof value.value === 'bigint' ? `${value.value}n` : String(value.value);
  }

  /** `{ a: 1, b: 2 }` of entries that are code already; absent ones are left out. Empty: `{}`. */
  object(entries: Readonly<Record<string, string | undefined>>): string {
    const parts = Object.entries(entries)
      .filter((entry): entry is [string, string] => entry[1] !== undefined)
      .map(([key, code]) => `${/^[A-Za-z_$][\w$]*$/.test(key) ? key : this.string(key)}: ${code}`);
    return parts.length === 0 ? '{}' : `{ ${parts.join(', ')} }`;
  }

  /** The same, as a last argument: nothing where there is nothing to say. */
  options(entries: Readonly<Record<string, string | undefined>>): readonly string[] {
    const code = this.object(entries);
    return code === '{}' ? [] : [code];
  }

  sequenceOptions(options: SequenceOptions): Record<string, string | undefined> {
    const text = (value: string | undefined) => (value === undefined ? undefined : this.string(value));
    return {
      start: text(options.start),
      increment: text(options.increment),
      minValue: text(options.minValue),
      maxValue: text(options.maxValue),
      cache: text(options.cache),
      cycle: options.cycle === undefined ? undefined : String(options.cycle),
    };
  }

  /** `await op.method(args);`, broken over lines where it is long. */
  statement(method: string, args: readonly string[]): string {
    const code = `await op.${method}(${args.join(', ')})`;
    // A query stands in lines of its own already, and the rest of such a call is short.
    if (args[1]?.startsWith('sql`\n')) return `${code};`;
    return outdent(`${layout(code, this.#column)};`, this.#column);
  }

  list(elements: readonly string[]): string {
    return `[${elements.join(', ')}]`;
  }
}

/** Code of which all lines but the first have these columns too many. */
function outdent(code: string, columns: number): string {
  return code.replaceAll(`\n${' '.repeat(columns)}`, '\n');
}

function templateText(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('`', '\\`').replaceAll('${', '\\${');
}

export function indent(code: string, columns = 2): string {
  return code
    .split('\n')
    .map((line) => (line === '' ? line : `${' '.repeat(columns)}${line}`))
    .join('\n');
}

/** A text as a literal of TypeScript: quoted as the common formatters would, nothing in it invisible. */
export function stringLiteral(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll(quote, `\\${quote}`);
  return `${quote}${visible(escaped)}${quote}`;
}

/** What a reader could not see, as escapes; tabs and line breaks stay. */
export function visible(text: string): string {
  return text.replace(
    /(?![\t\n])[\p{Cc}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
