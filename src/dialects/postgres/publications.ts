/**
 * Tables in publications with a list of columns or a row filter (PostgreSQL 15), which stand on columns. The catalogue of
 * 14 lacks both, and a block's statement is only read when its turn comes.
 */

/** Of a `pr` of pg_publication_rel: the list and the filter as they stand behind the table. */
export const publishedPart = `
      coalesce((SELECT ' (' || string_agg(quote_ident(attname), ', ' ORDER BY attnum) || ')' FROM pg_attribute
        WHERE attrelid = pr.prrelid AND attnum = ANY (pr.prattrs::int2[])), '')
      || coalesce(' WHERE (' || pg_get_expr(pr.prqual, pr.prrelid) || ')', '')`;

/** Goes before the statements that need it. */
export const publicationVariables = `leaving text[];
  joining text[]`;

/**
 * The statements that take tables out of publications, into `leaving`, and that put them in again, into `joining`.
 * @param columns a query: attrelid, attnum
 * @param or a condition on `p` of pg_depend
 */
export function publicationsOn(columns: string, or = 'false'): string {
  return `IF current_setting('server_version_num')::integer >= 150000 THEN
    WITH changed AS (
    ${columns}
    ), entry AS (
      SELECT DISTINCT p.objid AS oid FROM pg_depend p WHERE p.classid = 'pg_publication_rel'::regclass
        AND (p.refclassid = 'pg_class'::regclass AND (p.refobjid, p.refobjsubid) IN (TABLE changed) OR ${or})
    )
    SELECT array_agg(format('ALTER PUBLICATION %I DROP TABLE ONLY %s', pubname, prrelid::regclass)),
      array_agg(format('ALTER PUBLICATION %I ADD TABLE ONLY %s%s', pubname, prrelid::regclass, ${publishedPart}))
    INTO leaving, joining
    FROM entry JOIN pg_publication_rel pr USING (oid) JOIN pg_publication ON pg_publication.oid = pr.prpubid;
  END IF;`;
}
