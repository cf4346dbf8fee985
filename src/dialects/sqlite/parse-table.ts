/**
 * Reads the CREATE TABLE text that SQLite stores, for all that its pragmas do not tell: names of constraints, checks,
 * generated expressions, collations, AUTOINCREMENT, ON CONFLICT, DEFERRABLE, MATCH, STRICT, WITHOUT ROWID.
 */

import type { ForeignKey, ReferentialAction } from '../../catalog/index.js';
import { bareExpression } from './expression.js';
import { type Place, TokenReader } from './token-reader.js';
import { isName, isSymbol, isWord } from './tokens.js';

export type Conflict = 'rollback' | 'abort' | 'fail' | 'ignore' | 'replace';

export interface ParsedColumn {
  readonly name: string;
  /** As written; empty where there is none. */
  readonly type: string;
  readonly collation: string | null;
  /** The text after DEFAULT, with its parentheses. */
  readonly default: string | null;
  readonly notNull: { readonly name: string | null; readonly conflict: Conflict | null } | null;
  readonly generated: { readonly expression: string; readonly stored: boolean } | null;
}

export interface ParsedKeyColumn {
  readonly name: string;
  readonly collation: string | null;
  readonly order: 'asc' | 'desc';
}

/** A primary key or unique constraint. */
export interface ParsedKey {
  readonly name: string | null;
  readonly columns: readonly ParsedKeyColumn[];
  readonly conflict: Conflict | null;
  /** It stands in its column's definition. */
  readonly inline: boolean;
  readonly autoincrement: boolean;
}

export interface ParsedCheck {
  readonly name: string | null;
  readonly expression: string;
  /** The column in whose definition it stands; such a check goes with its column. */
  readonly column: string | null;
}

export interface ParsedForeignKey {
  readonly name: string | null;
  readonly columns: readonly string[];
  readonly table: string;
  /** null: the primary key of the other table. */
  readonly references: readonly string[] | null;
  readonly onDelete: ReferentialAction;
  readonly onUpdate: ReferentialAction;
  readonly match: ForeignKey['match'];
  readonly deferrable: ForeignKey['deferrable'];
  readonly inline: boolean;
}

export interface ParsedTable {
  readonly name: string;
  readonly columns: readonly ParsedColumn[];
  readonly primaryKey: ParsedKey | null;
  readonly uniques: readonly ParsedKey[];
  readonly checks: readonly ParsedCheck[];
  readonly foreignKeys: readonly ParsedForeignKey[];
  readonly strict: boolean;
  readonly withoutRowid: boolean;
}

/** @throws RevError REV_UNSUPPORTED for a text that is no CREATE TABLE statement with columns. */
export function parseTable(sql: string): ParsedTable {
  return new TableParser(sql).parse();
}

/** Where the parts of a definition stand in its text, for what changes the text itself. */
export interface TablePlaces {
  /** Columns, checks and foreign keys; with the name of the constraint. */
  readonly parts: ReadonlyMap<ParsedColumn | ParsedCheck | ParsedForeignKey, Place>;
  readonly defaults: ReadonlyMap<ParsedColumn, Place>;
  readonly notNulls: ReadonlyMap<ParsedColumn, Place>;
  /** Where the last of columns and constraints ends, before the parenthesis. */
  readonly end: number;
}

/** @throws RevError REV_UNSUPPORTED as parseTable does. */
export function parsePlaces(sql: string): { readonly table: ParsedTable; readonly places: TablePlaces } {
  const parser = new TableParser(sql);
  return { table: parser.parse(), places: parser };
}

const columnConstraints = [
  ...['constraint', 'primary', 'not', 'null', 'unique', 'check', 'default', 'collate', 'references'],
  ...['generated', 'as', 'deferrable'],
] as const;
const tableConstraints = ['constraint', 'primary', 'unique', 'check', 'foreign'] as const;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

class TableParser extends TokenReader implements TablePlaces {
  readonly parts = new Map<ParsedColumn | ParsedCheck | ParsedForeignKey, Place>();
  readonly defaults = new Map<ParsedColumn, Place>();
  readonly notNulls = new Map<ParsedColumn, Place>();
  end = 0;
  readonly #columns: ParsedColumn[] = [];
  readonly #uniques: ParsedKey[] = [];
  readonly #checks: ParsedCheck[] = [];
  readonly #foreignKeys: Mutable<ParsedForeignKey>[] = [];
  #primaryKey: ParsedKey | null = null;

  parse(): ParsedTable {
    this.words('create');
    if (this.tryWord('temp') || this.tryWord('temporary')) this.words('table');
    else this.words('table');
    if (this.tryWord('if')) this.words('not', 'exists');
    let name = this.name();
    if (this.trySymbol('.')) name = this.name();
    this.symbol('(');
    this.#column();
    for (;;) {
      const comma = this.trySymbol(',');
      // Between table constraints SQLite lets the comma be left out.
      if (isWord(this.token, ...tableConstraints)) this.#tableConstraint();
      else if (comma) this.#column();
      else break;
    }
    this.end = this.place(this.at - 1).end;
    this.symbol(')');
    return { name, ...this.#options(), ...this.#parts() };
  }

  #parts() {
    return {
      columns: this.#columns,
      primaryKey: this.#primaryKey,
      uniques: this.#uniques,
      checks: this.#checks,
      foreignKeys: this.#foreignKeys,
    };
  }

  #options(): Pick<ParsedTable, 'strict' | 'withoutRowid'> {
    let strict = false;
    let withoutRowid = false;
    while (this.token) {
      if (this.tryWord('strict')) strict = true;
      else if (this.tryWord('without')) {
        this.words('rowid');
        withoutRowid = true;
      } else if (!this.trySymbol(',') && !this.trySymbol(';')) this.fail();
    }
    return { strict, withoutRowid };
  }

  #column(): void {
    const beginning = this.at;
    const column: Mutable<ParsedColumn> = {
      ...{ name: this.name(), type: this.#type() },
      ...{ collation: null, default: null, notNull: null, generated: null },
    };
    this.#columns.push(column);
    while (isWord(this.token, ...columnConstraints)) {
      const begin = this.at;
      const name = this.tryWord('constraint') ? this.name() : null;
      const { notNull, default: value } = column;
      if (isWord(this.token, ...columnConstraints)) {
        this.#recordParts(begin, () => this.#columnConstraint(column, name));
      }
      if (column.notNull !== notNull) this.notNulls.set(column, this.place(begin));
      if (column.default !== value) this.defaults.set(column, this.place(begin));
    }
    this.parts.set(column, this.place(beginning));
  }

  /** Remembers where the check or foreign key stands that the work reads. */
  #recordParts(begin: number, work: () => void): void {
    const counts = [this.#checks.length, this.#foreignKeys.length];
    work();
    const parts = [...this.#checks.slice(counts[0]), ...this.#foreignKeys.slice(counts[1])];
    for (const part of parts) this.parts.set(part, this.place(begin));
  }

  #type(): string {
    const begin = this.at;
    while (isName(this.token) && !isWord(this.token, ...columnConstraints)) this.next();
    if (this.at > begin && isSymbol(this.token, '(')) this.skipParentheses();
    return this.slice(begin);
  }

  #columnConstraint(column: Mutable<ParsedColumn>, name: string | null): void {
    const own = (order: 'asc' | 'desc' = 'asc') => [{ name: column.name, collation: null, order }];
    if (this.tryWord('primary')) {
      this.words('key');
      const columns = own(this.#order());
      const conflict = this.#conflict();
      this.#primaryKey = {
        name,
        columns,
        conflict,
        inline: true,
        autoincrement: this.tryWord('autoincrement'),
      };
    } else if (this.tryWord('not')) {
      if (this.tryWord('deferrable')) this.#deferrableApart('not deferrable');
      else {
        this.words('null');
        column.notNull = { name, conflict: this.#conflict() };
      }
    } else if (this.tryWord('null')) {
      this.#conflict();
    } else if (this.tryWord('unique')) {
      const conflict = this.#conflict();
      this.#uniques.push({ name, columns: own(), conflict, inline: true, autoincrement: false });
    } else if (this.tryWord('check')) {
      this.#check(name, column.name);
    } else if (this.tryWord('default')) {
      column.default = this.#default();
    } else if (this.tryWord('collate')) {
      column.collation = this.name();
    } else if (this.tryWord('references')) {
      this.#references(name, [column.name], true);
    } else if (this.tryWord('deferrable')) {
      this.#deferrableApart('immediate');
    } else {
      if (this.tryWord('generated')) this.words('always');
      this.words('as');
      const expression = this.#expression();
      const stored = this.tryWord('stored');
      if (!stored) this.tryWord('virtual');
      column.generated = { expression, stored };
    }
  }

  #tableConstraint(): void {
    this.#recordParts(this.at, () => this.#readTableConstraint());
  }

  #readTableConstraint(): void {
    const name = this.tryWord('constraint') ? this.name() : null;
    if (this.tryWord('primary')) {
      this.words('key');
      const { columns, autoincrement } = this.#keyColumns();
      this.#primaryKey = { name, columns, conflict: this.#conflict(), inline: false, autoincrement };
    } else if (this.tryWord('unique')) {
      const { columns } = this.#keyColumns();
      this.#uniques.push({
        ...{ name, columns, conflict: this.#conflict() },
        ...{ inline: false, autoincrement: false },
      });
    } else if (this.tryWord('check')) {
      this.#check(name, null);
    } else if (this.tryWord('foreign')) {
      this.words('key');
      const columns = this.#names();
      this.words('references');
      this.#references(name, columns, false);
    }
  }

  #keyColumns(): { columns: ParsedKeyColumn[]; autoincrement: boolean } {
    const columns: ParsedKeyColumn[] = [];
    let autoincrement = false;
    this.symbol('(');
    do {
      const name = this.name();
      const collation = this.tryWord('collate') ? this.name() : null;
      columns.push({ name, collation, order: this.#order() });
      autoincrement ||= this.tryWord('autoincrement');
    } while (this.trySymbol(','));
    this.symbol(')');
    return { columns, autoincrement };
  }

  #order(): 'asc' | 'desc' {
    if (this.tryWord('desc')) return 'desc';
    this.tryWord('asc');
    return 'asc';
  }

  #conflict(): Conflict | null {
    if (!this.tryWord('on')) return null;
    this.words('conflict');
    return this.oneOf('rollback', 'abort', 'fail', 'ignore', 'replace');
  }

  #check(name: string | null, column: string | null): void {
    this.#checks.push({ name, expression: this.#expression(), column });
    this.#conflict();
  }

  #expression(): string {
    const begin = this.at;
    this.skipParentheses();
    return bareExpression(this.slice(begin));
  }

  #default(): string {
    const begin = this.at;
    if (isSymbol(this.token, '(')) this.skipParentheses();
    else {
      if (isSymbol(this.token, '-') || isSymbol(this.token, '+')) this.next();
      this.next();
    }
    return this.slice(begin);
  }

  #names(): string[] {
    const names: string[] = [];
    this.symbol('(');
    do names.push(this.name());
    while (this.trySymbol(','));
    this.symbol(')');
    return names;
  }

  #references(name: string | null, columns: readonly string[], inline: boolean): void {
    const key: Mutable<ParsedForeignKey> = {
      ...{ name, columns, inline, table: this.name() },
      references: isSymbol(this.token, '(') ? this.#names() : null,
      ...{ onDelete: 'no action', onUpdate: 'no action', match: undefined, deferrable: undefined },
    };
    this.#foreignKeys.push(key);
    for (;;) {
      if (this.tryWord('on')) {
        const event = this.oneOf('delete', 'update', 'insert');
        const action = this.#action();
        if (event === 'delete') key.onDelete = action;
        if (event === 'update') key.onUpdate = action;
      } else if (this.tryWord('match')) {
        const match = this.name().toLowerCase();
        key.match = match === 'full' || match === 'partial' ? match : 'simple';
      } else if (isWord(this.token, 'not') && isWord(this.peek(1), 'deferrable')) {
        this.words('not', 'deferrable');
        this.#deferrable('not deferrable');
      } else if (this.tryWord('deferrable')) this.#deferrable('immediate');
      else break;
    }
  }

  #action(): ReferentialAction {
    const first = this.oneOf('no', 'set', 'cascade', 'restrict');
    if (first === 'no') {
      this.words('action');
      return 'no action';
    }
    if (first === 'set') return this.oneOf('null', 'default') === 'null' ? 'set null' : 'set default';
    return first;
  }

  /** After other constraints of the column: the reference stands in two places. */
  #deferrableApart(kind: NonNullable<ForeignKey['deferrable']>): void {
    const key = this.#foreignKeys.at(-1);
    if (key) this.parts.delete(key);
    this.#deferrable(kind);
  }

  /** It belongs to the reference before it. */
  #deferrable(kind: NonNullable<ForeignKey['deferrable']>): void {
    let deferrable = kind;
    if (
      this.tryWord('initially') &&
      this.oneOf('deferred', 'immediate') === 'deferred' &&
      kind === 'immediate'
    ) {
      deferrable = 'deferred';
    }
    const key = this.#foreignKeys.at(-1);
    if (key) key.deferrable = deferrable;
  }
}
