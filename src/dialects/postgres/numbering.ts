import type { QualifiedName, SequenceOptions } from '../../catalog/index.js';
import { identifier, literal } from './quote.js';
import { derivedName } from './rules.js';
import { fullOptions } from './sequences.js';

/**
 * Sequences that columns own (serial, identity). A renamed table keeps the old names of its sequences, so they are
 * asked for where they are needed.
 */

/** integer → serial: a sequence of its own that goes on after the rows that are there. */
export function makeSerial(table: QualifiedName, column: string, type: string): readonly string[] {
  const name = { schema: table.schema, name: derivedName(table.name, column, 'seq') };
  const place = `ALTER COLUMN ${identifier(column)}`;
  return [
    `CREATE SEQUENCE ${identifier(name)} AS ${type} OWNED BY ${identifier(table)}.${identifier(column)}`,
    continueAfterRows(table, column, {}),
    `ALTER TABLE ${identifier(table)}\n  ${place} SET DEFAULT nextval(${regclass(name)}),\n  ${place} SET NOT NULL`,
  ];
}

/** serial → integer. */
export function dropOwnedSequence(table: QualifiedName, column: string): readonly string[] {
  return [
    `ALTER TABLE ${identifier(table)} ALTER COLUMN ${identifier(column)} DROP DEFAULT`,
    withOwnedSequence(table, column, 'DROP SEQUENCE %s'),
  ];
}

/** serial → bigserial. */
export function retypeOwnedSequence(table: QualifiedName, column: string, type: string): string {
  return withOwnedSequence(table, column, `ALTER SEQUENCE %s AS ${type}`);
}

/** @param name absent: the one that PostgreSQL would choose. */
export function renameOwnedSequence(table: QualifiedName, column: string, name: string | undefined): string {
  const to = identifier(name ?? derivedName(table.name, column, 'seq'));
  return withOwnedSequence(table, column, `ALTER SEQUENCE %s RENAME TO ${to}`);
}

/** The next value is one that no row has; a start that lies beyond all rows stays. */
export function continueAfterRows(table: QualifiedName, column: string, options: SequenceOptions): string {
  const { increment, start } = fullOptions(options, 'bigint');
  const [last, beyond] = increment.startsWith('-') ? ['min', '<='] : ['max', '>='];
  const value = `${last}(${identifier(column)})`;
  return `SELECT setval(${ownedSequence(table, column)}, ${value}) FROM ${identifier(table)} HAVING ${value} ${beyond} ${start}`;
}

const remembered = literal('rev.numbering');

/** Before a column's sequence gives way to another one: where it is, and who may use it. */
export function rememberSequence(table: QualifiedName, column: string): string {
  const sequence = ownedSequence(table, column);
  const grantTo = `CASE WHEN acl.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(acl.grantee)) END`;
  return block(
    `EXECUTE format('SELECT CASE WHEN is_called THEN last_value END FROM %s', ${sequence}) INTO last;
  SELECT json_agg(format('GRANT %s ON SEQUENCE %%s TO %s%s', acl.privilege_type, ${grantTo},
      CASE WHEN acl.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)) INTO grants
  FROM pg_class CROSS JOIN aclexplode(relacl) AS acl
  WHERE pg_class.oid = ${sequence}::regclass AND acl.grantee <> relowner;
  PERFORM set_config(${remembered}, json_build_object('last', last, 'grants', coalesce(grants, '[]'))::text, false);`,
    'last bigint;\n  grants json',
  );
}

/** And the other one goes on there, or after the rows where they are further. */
export function resumeSequence(table: QualifiedName, column: string): string {
  return block(
    `sequence := ${ownedSequence(table, column)};
  last := current_setting(${remembered})::json ->> 'last';
  EXECUTE format('SELECT last_value, is_called FROM %s', sequence) INTO now, used;
  SELECT seqincrement < 0 INTO descends FROM pg_sequence WHERE seqrelid = sequence::regclass;
  IF NOT used OR (descends AND last < now) OR (NOT descends AND last > now) THEN
    BEGIN
      PERFORM setval(sequence, last);
    EXCEPTION WHEN numeric_value_out_of_range THEN
      -- The bounds are others now.
    END;
  END IF;
  FOR statement IN SELECT json_array_elements_text(current_setting(${remembered})::json -> 'grants') LOOP
    EXECUTE format(statement, sequence);
  END LOOP;
  PERFORM set_config(${remembered}, '', false);`,
    'sequence text;\n  last bigint;\n  now bigint;\n  used boolean;\n  descends boolean;\n  statement text',
  );
}

/**
 * A sequence that was never used goes to its new start; one that was used stays where it is, and PostgreSQL refuses
 * bounds that leave it outside.
 * @param alter the statement, to which RESTART can be added.
 */
export function restartUnlessUsed(alter: string, sequence: QualifiedName): string {
  return block(
    `IF (SELECT is_called FROM ${identifier(sequence)}) THEN\n    ${alter};\n  ELSE\n    ${alter} RESTART;\n  END IF;`,
  );
}

/** The same for the sequence of an identity column. */
export function restartOwnedUnlessUsed(alter: string, table: QualifiedName, column: string): string {
  const sequence = ownedSequence(table, column);
  return block(
    `EXECUTE format('SELECT is_called FROM %s', ${sequence}) INTO used;
  IF used THEN\n    ${alter};\n  ELSE\n    ${alter} RESTART;\n  END IF;`,
    'used boolean',
  );
}

/** The first argument is read as SQL text, the second as the name itself. */
function ownedSequence(table: QualifiedName, column: string): string {
  return `pg_get_serial_sequence(${literal(identifier(table))}, ${literal(column)})`;
}

function regclass(name: QualifiedName): string {
  return `${literal(identifier(name))}::regclass`;
}

function withOwnedSequence(table: QualifiedName, column: string, template: string): string {
  const escaped = template.replace(/%(?!s)/g, '%%');
  return block(`EXECUTE format(${literal(escaped)}, ${ownedSequence(table, column)});`);
}

/** Statements that only the server can complete, as one anonymous block. */
export function block(body: string, declaration?: string): string {
  const tag = body.includes('$rev$') ? '$rev_block$' : '$rev$';
  const declare = declaration === undefined ? '' : `DECLARE ${declaration};\n`;
  return `DO ${tag}\n${declare}BEGIN\n  ${body}\nEND ${tag}`;
}
