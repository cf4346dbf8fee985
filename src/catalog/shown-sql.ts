import { eachPiece, type SqlPiece } from './sql-pieces.js';

/** SQL as it may be shown to people: what is secret in it is left out. What runs is never changed. */

const hidden = '…';
/** Whoever shows a statement as it runs shows no more characters of it: seeds have many megabytes. */
const longest = 100_000;

/** Without any literal; of comments nobody knows what is in them. The lines stay the same ones. */
export function withoutValues(sql: string): string {
  let shown = '';
  for (const { kind, text } of eachPiece(sql)) {
    if (kind === 'comment') shown += lineBreaks(text) || ' ';
    else shown += isLiteral(kind) || kind === 'number' ? hidden + lineBreaks(text) : text;
  }
  return shown;
}

/** Without the literals that are, or may hold, a password or its like. The lines stay the same ones. */
export function withoutSecrets(sql: string): string {
  let shown = '';
  for (const { text, isSecret } of marked(sql)) shown += isSecret ? hidden + lineBreaks(text) : text;
  return shown;
}

/** The same of a text that may be long: only its beginning, and how much is left out. */
export function beginningWithoutSecrets(sql: string): string {
  if (sql.length <= longest) return withoutSecrets(sql);
  const beginning = wholePieces(sql.slice(0, longest));
  const left = sql.length - beginning.length;
  return `${withoutSecrets(beginning).trimEnd()} ${hidden} (${left} characters more)`;
}

/** Without the last piece, which may be half of a secret that would not be known for one. */
function wholePieces(cut: string): string {
  let end = 0;
  for (const piece of eachPiece(cut)) if (piece.end < cut.length) end = piece.end;
  return cut.slice(0, end);
}

/** What a server says of a statement: it quotes what it does not understand. */
export function withoutSecretsOf(sql: string, message: string): string {
  const secrets: string[] = [];
  for (const { text, isSecret } of marked(sql)) if (isSecret) secrets.push(text);
  if (secrets.length === 0) return message;
  const whole = secrets.reduce((said, secret) => said.replaceAll(secret, hidden), message);
  return whole.replace(/"([^"]*)"/g, (quoted, part: string) =>
    part.length > 1 && secrets.some((secret) => secret.includes(part)) ? `"${hidden}"` : quoted,
  );
}

const secretName = /passw|passphrase|pwd|secret|token|api_?key|credential/i;
/**
 * `password=…` of a connection, `PASSWORD ''…''` of a statement in a string, `"password": …`, `https://user:…@host`. Each part
 * ends before the next beginning, or soon: else a long text of many beginnings would be read once for each of them.
 */
const secretText =
  /(?:passw\w{0,64}|passphrase|pwd|secret\w{0,64}|token|api_?key|credential\w{0,64})\s*(?:["'=]|:=?)|:\/\/[^\s/@:"]*:(?:[^\s/@"]*|[^\s@"]{0,256})@/i;
/** Whatever may make `marked` find something: nearly every text is done with it. */
const suspicious = new RegExp(`${secretName.source}|\\b(?:role|user|group|server|subscription)\\b|://`, 'i');
const keepers = /^(?:create|alter) (?:role|user|group|server|subscription)$/;

/** A statement as far as it was read. */
interface Read {
  readonly words: string[];
  /** What stands before, without space, comments and what assigns (`=`, `:=`, `=>`, TO). */
  name: string;
  /** A literal has named a secret: `set_config('app.secret', …)`, `format('… PASSWORD %L', …)`. */
  isNamed: boolean;
}

interface Marked {
  readonly text: string;
  readonly isSecret: boolean;
}

function* marked(sql: string): Generator<Marked> {
  if (!suspicious.test(sql)) {
    yield { text: sql, isSecret: false };
    return;
  }
  let read: Read = { words: [], name: '', isNamed: false };
  for (const piece of eachPiece(sql)) {
    const { kind, text } = piece;
    if (kind === 'space' || kind === 'comment') {
      yield { text, isSecret: kind === 'comment' && secretName.test(text) };
      continue;
    }
    if (text === ';') read = { words: [], name: '', isNamed: false };
    const isSecret = holdsSecret(piece, read);
    // BEGIN is a body's; what follows begins a statement, too.
    if (kind === 'word' && read.words.length < 2 && !/^begin$/i.test(text))
      read.words.push(text.toLowerCase());
    if (kind === 'string') read.isNamed ||= secretName.test(text);
    if (!/^(?:[=:>]|to)$/i.test(text)) read.name = kind === 'word' || kind === 'name' ? text : '';
    if (kind === 'body' && !isSecret) yield* inside(text);
    else yield { text, isSecret };
  }
}

function holdsSecret({ kind, text }: SqlPiece, { words, name, isNamed }: Read): boolean {
  const keeps = keepers.test(words.join(' '));
  // Somebody may have forgotten the quotes.
  if (keeps && /^password$/i.test(name) && kind !== 'symbol') return !/^null$/i.test(text);
  if (!isLiteral(kind)) return false;
  return keeps || isNamed || secretName.test(name) || (kind === 'string' && secretText.test(text));
}

/** A body is SQL again. */
function* inside(body: string): Generator<Marked> {
  const quote = /^\$[^$]*\$/.exec(body)?.[0] ?? '';
  yield { text: quote, isSecret: false };
  yield* marked(body.slice(quote.length));
}

function isLiteral(kind: SqlPiece['kind']): boolean {
  return kind === 'string' || kind === 'body';
}

function lineBreaks(text: string): string {
  return text.replace(/[^\n]+/g, '');
}
