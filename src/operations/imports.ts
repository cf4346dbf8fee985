/** What a revision file imports. */
export interface Import {
  readonly name: string;
  /** The module's specifier. */
  readonly from: string;
  /** What the file calls it. Absent: by its name. */
  readonly as?: string;
}

/** The names that it may import from drizzle-alembic. */
export type HelperName = (typeof helpers)[number];

const helpers = ['check', 'column', 'foreignKey', 'primaryKey', 'sql', 'unique'] as const;
const helperModule = 'drizzle-alembic';

/** What a file writes to have a helper of this name; undefined: there is none. */
export function helperImport(name: string): string | undefined {
  return helpers.some((each) => each === name) ? `import { ${name} } from '${helperModule}';` : undefined;
}

/** What a revision file calls by these names itself, and what TypeScript lets nobody use for a name in a module. */
const taken: readonly string[] = [
  ...['Op', 'op', 'table', 'Error', 'Infinity', 'NaN', 'undefined'],
  ...['revision', 'downRevision', 'branchLabels', 'dependsOn', 'transactional', 'upgrade', 'downgrade'],
  ...['arguments', 'await', 'break', 'case', 'catch', 'class', 'const', 'continue', 'debugger', 'default'],
  ...[
    'delete',
    'do',
    'else',
    'enum',
    'eval',
    'export',
    'extends',
    'false',
    'finally',
    'for',
    'function',
    'if',
  ],
  ...['implements', 'import', 'in', 'instanceof', 'interface', 'let', 'new', 'null', 'package', 'private'],
  ...['protected', 'public', 'return', 'static', 'super', 'switch', 'this', 'throw', 'true', 'try', 'typeof'],
  ...['var', 'void', 'while', 'with', 'yield'],
];

/** What one revision file imports. Each thing has a name there that nothing else has. */
export class Imports {
  readonly #all = new Map<string, Import>();
  readonly #names = new Set<string>([...taken, ...helpers]);

  /** Sorted by name. */
  get all(): readonly Import[] {
    const key = ({ name, from }: Import) => `${name} ${from}`;
    return [...this.#all.values()].sort((a, b) => (key(a) < key(b) ? -1 : 1));
  }

  helper(name: HelperName): void {
    this.#all.set(`${name} ${helperModule}`, { name, from: helperModule });
  }

  /** Returns what the file calls it: its name, or, where that is taken, one with a number. */
  own(name: string, from: string): string {
    const key = `${name} ${from}`;
    const known = this.#all.get(key);
    if (known) return known.as ?? name;
    const local = this.#freeName(name);
    this.#names.add(local);
    this.#all.set(key, { name, from, ...(local === name ? {} : { as: local }) });
    return local;
  }

  #freeName(name: string): string {
    for (let number = 1; ; number += 1) {
      const each = number === 1 ? name : `${name}${number}`;
      if (!this.#names.has(each)) return each;
    }
  }
}
