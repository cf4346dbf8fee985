import { type SqlPiece, sqlPieces } from './sql-pieces.js';

/** SQL as it may be shown to people: what is secret in it is left out. What runs is never changed. */

const hidden = '…';

/** Without any literal; of comments nobody knows what is in them. The lines stay the same ones. */
export function withoutValues(sql: string): string {
  return sqlPieces(sql)
    .map(({ kind, text }) => {
      if (kind === 'comment') return lineBreaks(text) || ' ';
      return isLiteral(kind) || kind === 'number' ? hidden + lineBreaks(text) : text;
    })
    .join('');
}

/** Without the literals that are, or may hold, a password or its like. The lines stay the same ones. */
export function withoutSecrets(sql: string): string {
  return marked(sql)
    .map(({ text, isSecret }) => (isSecret ? hidden + lineBreaks(text) : text))
    .join('');
}

/** What a server says of a statement: it quotes what it does not understand. */
export function withoutSecretsOf(sql: string, message: string): string {
  const secrets = marked(sql).flatMap(({ text, isSecret }) => (isSecret ? [text] : []));
  if (secrets.length === 0) return message;
  const whole = secrets.reduce((said, secret) => said.replaceAll(secret, hidden), message);
  return whole.replace(/"([^"]*)"/g, (quoted, part: string) =>
    part.length > 1 && secrets.some((secret) => secret.includes(part)) ? `"${hidden}"` : quoted,
  );
}

const secretName = /passw|passphrase|pwd|secret|token|api_?key|credential/i;
/** `password=…` of a connection, `PASSWORD ''…''` of a statement in a string, `"password": …`, `https://user:…@host`. */
const secretText =
  /(?:passw\w*|passphrase|pwd|secret\w*|token|api_?key|credential\w*)\s*(?:["'=]|:=?)|:\/\/[^\s/@]*:[^\s@]*@/i;
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

function marked(sql: string): readonly Marked[] {
  if (!suspicious.test(sql)) return [{ text: sql, isSecret: false }];
  let read: Read = { words: [], name: '', isNamed: false };
  return sqlPieces(sql).flatMap((piece): readonly Marked[] => {
    const { kind, text } = piece;
    if (kind === 'space') return [{ text, isSecret: false }];
    if (kind === 'comment') return [{ text, isSecret: secretName.test(text) }];
    if (text === ';') read = { words: [], name: '', isNamed: false };
    const isSecret = holdsSecret(piece, read);
    // BEGIN is a body's; what follows begins a statement, too.
    if (kind === 'word' && read.words.length < 2 && !/^begin$/i.test(text))
      read.words.push(text.toLowerCase());
    if (kind === 'string') read.isNamed ||= secretName.test(text);
    if (!/^(?:[=:>]|to)$/i.test(text)) read.name = kind === 'word' || kind === 'name' ? text : '';
    return kind === 'body' && !isSecret ? inside(text) : [{ text, isSecret }];
  });
}

function holdsSecret({ kind, text }: SqlPiece, { words, name, isNamed }: Read): boolean {
  const keeps = keepers.test(words.join(' '));
  // Somebody may have forgotten the quotes.
  if (keeps && /^password$/i.test(name) && kind !== 'symbol') return !/^null$/i.test(text);
  if (!isLiteral(kind)) return false;
  return keeps || isNamed || secretName.test(name) || (kind === 'string' && secretText.test(text));
}

/** A body is SQL again. */
function inside(body: string): readonly Marked[] {
  const quote = /^\$[^$]*\$/.exec(body)?.[0] ?? '';
  return [{ text: quote, isSecret: false }, ...marked(body.slice(quote.length))];
}

function isLiteral(kind: SqlPiece['kind']): boolean {
  return kind === 'string' || kind === 'body';
}

function lineBreaks(text: string): string {
  return text.replace(/[^\n]+/g, '');
}
