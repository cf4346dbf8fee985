/** The name of a table's successor while the table is rebuilt; the user never meets it. */

export const rebuiltPrefix = '_rev_new_';

export function rebuiltName(table: string): string {
  return `${rebuiltPrefix}${table}`;
}

/** Whether a statement begins the rebuild of a table. */
export function beginsRebuild(sql: string): boolean {
  return sql.startsWith(`CREATE TABLE "${rebuiltPrefix}`);
}
