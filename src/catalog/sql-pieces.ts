/**
 * SQL text in pieces, by PostgreSQL's rules (its manual, "Lexical Structure"); SQLite's own are in its dialect. A text may
 * have been cut off anywhere: what is not closed goes to its end.
 */

export interface SqlPiece {
  /** `body`: in dollar quotes; `name`: in double quotes. */
  readonly kind:
    | 'space'
    | 'comment'
    | 'string'
    | 'body'
    | 'name'
    | 'word'
    | 'number'
    | 'placeholder'
    | 'symbol';
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

// A string with backslashes may go on in the next line. A word may hold a dollar.
const pattern =
  /(?<space>\s+)|(?<comment>--[^\n]*|\/\*)|(?<string>[eE]'[^'\\]*(?:(?:\\[\s\S]|'(?:[^\S\n]*\n\s*)?')[^'\\]*)*(?:'|\\?$)|'[^']*(?:''[^']*)*(?:'|$))|(?<name>"[^"]*(?:""[^"]*)*(?:"|$))|(?<body>(\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$)[\s\S]*?(?:\6|$))|(?<word>[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*)|(?<number>\d[\w.]*)|(?<placeholder>\$\d+)|(?<symbol>[\s\S])/y;

const kinds = [
  'space',
  'comment',
  'string',
  'name',
  'body',
  'word',
  'number',
  'placeholder',
  'symbol',
] as const;

/** All of the text, piece by piece. */
export function sqlPieces(sql: string): readonly SqlPiece[] {
  return [...eachPiece(sql)];
}

/** The same for texts of many megabytes, of which not all pieces are to be held at once. */
export function* eachPiece(sql: string): Generator<SqlPiece> {
  let start = 0;
  while (start < sql.length) {
    pattern.lastIndex = start;
    const groups = pattern.exec(sql)?.groups;
    const kind = kinds.find((each) => groups?.[each] !== undefined);
    if (!groups || !kind) break;
    const text = groups[kind] ?? '';
    const end = text === '/*' ? afterComment(sql, start + 2) : start + text.length;
    yield { kind, text: sql.slice(start, end), start, end };
    start = end;
  }
}

/** Comments are inside of one another. */
function afterComment(sql: string, start: number): number {
  const marks = /\/\*|\*\//g;
  marks.lastIndex = start;
  let depth = 1;
  while (depth > 0) {
    const mark = marks.exec(sql);
    if (!mark) return sql.length;
    depth += mark[0] === '/*' ? 1 : -1;
  }
  return marks.lastIndex;
}

/** A text's statements, each without its semicolon, space and comments. A body BEGIN ATOMIC … END is one statement's. */
export function sqlStatements(sql: string): readonly (readonly SqlPiece[])[] {
  const statements: SqlPiece[][] = [];
  let current: SqlPiece[] = [];
  let parentheses = 0;
  let blocks = 0;
  for (const piece of sqlPieces(sql)) {
    if (piece.kind === 'space' || piece.kind === 'comment') continue;
    const word = piece.kind === 'word' ? piece.text.toLowerCase() : piece.text;
    if (word === ';' && parentheses === 0 && blocks === 0) {
      if (current.length > 0) statements.push(current);
      current = [];
      continue;
    }
    if (word === '(') parentheses += 1;
    if (word === ')' && parentheses > 0) parentheses -= 1;
    const isAtomic = word === 'atomic' && current.at(-1)?.text.toLowerCase() === 'begin';
    if (isAtomic && isWord(current[0], 'create')) blocks += 1;
    if (blocks > 0 && word === 'case') blocks += 1;
    if (blocks > 0 && word === 'end') blocks -= 1;
    current.push(piece);
  }
  if (current.length > 0) statements.push(current);
  return statements;
}

function isWord(piece: SqlPiece | undefined, word: string): boolean {
  return piece?.kind === 'word' && piece.text.toLowerCase() === word;
}
