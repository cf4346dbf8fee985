/**
 * The shapes of drizzle's own objects, as far as they are read here. No drizzle-orm is imported: the user's models come
 * from the user's copy, of 0.44–0.45 or 1.x, ESM or CommonJS. Kinds are told by `drizzle:entityKind`, which has the
 * same values in all of them (research-drizzle.md §1.4); `instanceof` only works within one copy.
 */

/** An SQL expression: `sql`, a condition such as `gte(…)`, or anything that gives one. */
export interface DrizzleSql {
  getSQL(): DrizzleSql;
  toQuery(config: object): { readonly sql: string };
}

/** What names a column: a column, or its stand-in inside of a PostgreSQL index. */
export interface DrizzleNamed {
  readonly name: string;
  /** The name is the property's key, so the `casing` of 0.x applies to it. */
  readonly keyAsName?: boolean;
}

export interface DrizzleColumn extends DrizzleNamed {
  readonly columnType: string;
  readonly primary: boolean;
  readonly notNull: boolean;
  readonly default: unknown;
  readonly isUnique: boolean;
  readonly uniqueName?: string;
  readonly uniqueType?: string;
  readonly generated?: { readonly as: unknown; readonly mode?: string };
  readonly generatedIdentity?: {
    readonly type: 'always' | 'byDefault';
    readonly sequenceName?: string;
    readonly sequenceOptions?: DrizzleSequenceOptions;
  };
  /** 1.x: depth of the array, 0 for none. In 0.45 it is the length of a vector or bit string. */
  readonly dimensions?: number;
  /** 0.45: the element of a PgArray. */
  readonly baseColumn?: DrizzleColumn;
  readonly enum?: DrizzleEnum;
  readonly withTimezone?: boolean;
  /** SQLite. */
  readonly autoIncrement?: boolean;
  readonly table: DrizzleTable;
  getSQLType(): string;
  mapToDriverValue(value: unknown): unknown;
}

/** A pgEnum: a function with properties. */
export interface DrizzleEnum {
  readonly enumName: string;
  readonly enumValues: readonly string[];
  readonly schema?: string | undefined;
}

export interface DrizzleSchema {
  readonly schemaName: string;
  /** 1.x: declared elsewhere, not to be created. */
  readonly isExisting?: boolean;
}

export interface DrizzleSequenceOptions {
  readonly increment?: number | string;
  readonly minValue?: number | string;
  readonly maxValue?: number | string;
  readonly startWith?: number | string;
  readonly cache?: number | string;
  readonly cycle?: boolean;
}

export interface DrizzleSequence {
  readonly seqName: string;
  readonly seqOptions?: DrizzleSequenceOptions;
  readonly schema?: string | undefined;
}

export interface DrizzleViewConfig {
  readonly name: string;
  readonly schema?: string;
  readonly isExisting?: boolean;
  readonly isAlias?: boolean;
  readonly query?: DrizzleSql;
  readonly with?: Readonly<Record<string, unknown>>;
  /** Of a materialized view, as are the next two. */
  readonly using?: string;
  readonly tablespace?: string;
  readonly withNoData?: boolean;
}

export interface DrizzlePolicy {
  readonly name: string;
  readonly as?: string;
  readonly for?: string;
  readonly to?: PolicyRole | readonly PolicyRole[];
  readonly using?: DrizzleSql;
  readonly withCheck?: DrizzleSql;
  readonly _linkedTable?: DrizzleTable;
}

export type PolicyRole = string | DrizzleRole;

export interface DrizzleRole {
  readonly name: string;
  readonly createDb?: boolean;
  readonly createRole?: boolean;
  readonly inherit?: boolean;
  readonly _existing?: boolean;
}

export interface DrizzlePrimaryKey {
  readonly columns: readonly DrizzleNamed[];
  readonly name?: string;
}

export interface DrizzleForeignKey {
  readonly onDelete?: string | undefined;
  readonly onUpdate?: string | undefined;
  reference(): {
    readonly name?: string;
    readonly columns: readonly DrizzleNamed[];
    readonly foreignTable: DrizzleTable;
    readonly foreignColumns: readonly DrizzleNamed[];
  };
}

export interface DrizzleUnique {
  readonly columns: readonly DrizzleNamed[];
  /** Filled in by drizzle where the user gave none. */
  readonly name?: string;
  readonly nullsNotDistinct?: boolean;
  /** 1.x only. */
  readonly isNameExplicit?: boolean;
}

export interface DrizzleCheck {
  readonly name: string;
  readonly value: DrizzleSql;
}

/** A column inside of a PostgreSQL index. */
export interface DrizzleIndexedColumn extends DrizzleNamed {
  readonly indexConfig?: {
    readonly order?: 'asc' | 'desc';
    readonly nulls?: 'first' | 'last';
    readonly opClass?: string;
  };
}

export interface DrizzleIndex {
  readonly config: {
    readonly name?: string;
    readonly columns: readonly (DrizzleSql | DrizzleIndexedColumn)[];
    readonly unique?: boolean;
    readonly method?: string;
    readonly with?: Readonly<Record<string, unknown>>;
    readonly where?: DrizzleSql;
  };
}

/** What `getTableConfig` of the user's own core gives. */
export interface DrizzleTableConfig {
  readonly name: string;
  readonly schema?: string;
  readonly columns: readonly DrizzleColumn[];
  readonly indexes: readonly DrizzleIndex[];
  readonly foreignKeys: readonly DrizzleForeignKey[];
  readonly checks: readonly DrizzleCheck[];
  readonly primaryKeys: readonly DrizzlePrimaryKey[];
  readonly uniqueConstraints: readonly DrizzleUnique[];
  readonly policies?: readonly DrizzlePolicy[];
  readonly enableRLS?: boolean;
}

const entityKindKey = Symbol.for('drizzle:entityKind');
const nameKey: unique symbol = Symbol.for('drizzle:Name');
const originalNameKey = Symbol.for('drizzle:OriginalName');
const schemaKey = Symbol.for('drizzle:Schema');
const aliasKey = Symbol.for('drizzle:IsAlias');
const enumKey = Symbol.for('drizzle:isPgEnum');
const viewConfigKey = Symbol.for('drizzle:ViewBaseConfig');
const pgViewConfigKey = Symbol.for('drizzle:PgViewConfig');
const pgMaterializedViewConfigKey = Symbol.for('drizzle:PgMaterializedViewConfig');
const extraColumnsKey = Symbol.for('drizzle:ExtraConfigColumns');

/** A table, known by its symbols only. */
export interface DrizzleTable {
  readonly [nameKey]: string;
}

function property<T>(object: object, key: symbol): T | undefined {
  return (object as Record<symbol, unknown>)[key] as T | undefined;
}

/** The entity kinds of a value and of the classes above it; empty for what is not drizzle's. */
export function entityKinds(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  const kinds: string[] = [];
  // The prototype, not `.constructor`: views are proxies that answer for every property.
  let owner: unknown = Object.getPrototypeOf(value)?.constructor;
  while (typeof owner === 'function' && owner !== Function.prototype) {
    const kind = property<string>(owner, entityKindKey);
    if (typeof kind === 'string') kinds.push(kind);
    owner = Object.getPrototypeOf(owner);
  }
  return kinds;
}

export function isSql(value: unknown): value is DrizzleSql {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as Partial<DrizzleSql>).getSQL === 'function' &&
    !entityKinds(value).includes('IndexedColumn')
  );
}

export function isEnum(value: unknown): value is DrizzleEnum & object {
  return typeof value === 'function' && property(value, enumKey) === true;
}

export function isAlias(table: DrizzleTable): boolean {
  return property(table, aliasKey) === true;
}

/** The table's own name, also when it is seen through an alias. */
export function tableName(table: DrizzleTable): string {
  return isAlias(table) ? (property<string>(table, originalNameKey) ?? '') : table[nameKey];
}

export function tableSchema(table: DrizzleTable): string | null {
  return property<string>(table, schemaKey) ?? null;
}

export function viewConfig(view: object): DrizzleViewConfig | undefined {
  const config = property<DrizzleViewConfig>(view, viewConfigKey);
  return (
    config && {
      ...config,
      ...property<object>(view, pgViewConfigKey),
      ...property<object>(view, pgMaterializedViewConfigKey),
    }
  );
}

/**
 * Undoes a defect of 0.45: `onOnly()` hands a column's default index order out by reference, so a later `.desc()` turns
 * every following index of that column around.
 */
export function protectIndexDefaults(table: DrizzleTable): void {
  for (const column of Object.values(property<object>(table, extraColumnsKey) ?? {})) {
    if (!('defaultConfig' in column)) continue;
    const fresh = () => ({ order: 'asc', nulls: 'last', opClass: undefined });
    Object.defineProperty(column, 'defaultConfig', { get: fresh, configurable: true, enumerable: true });
    Object.assign(column, { indexConfig: fresh() });
  }
}
