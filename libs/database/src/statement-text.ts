/** What a span reveals about a statement. */
export interface StatementDescription {
  /** The statement without any values. */
  readonly text: string;
  /** Operation and table, such as `SELECT accounts.users`. Low cardinality. */
  readonly summary: string;
  readonly operation: string;
  readonly table: string | undefined;
}

const MAX_LENGTH = 2_000;

/**
 * The parts of a statement, in matching order. MikroORM inlines all values, so this has to know every kind of
 * PostgreSQL literal; an unterminated one extends to the end. A single pass, because a literal may contain what looks
 * like a comment and vice versa.
 */
const PARTS = new RegExp(
  [
    String.raw`(?<comment>--[^\n]*|/\*[\s\S]*?(?:\*/|$))`,
    String.raw`(?<name>"[^"]*(?:"|$)|\$\d+)`,
    String.raw`(?<escaped>\b[eE]'[^'\\]*(?:(?:\\[\s\S]|'')[^'\\]*)*(?:'|$))`,
    String.raw`(?<plain>'[^']*(?:''[^']*)*(?:'|$))`,
    String.raw`(?<dollar>\$(?<tag>(?:[a-zA-Z_]\w*)?)\$[\s\S]*?(?:\$\k<tag>\$|$))`,
    String.raw`(?<truth>\b(?:true|false)\b)`,
    String.raw`(?<word>[\p{L}_][\p{L}\p{N}_$]*)`,
    String.raw`(?<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)`,
  ].join('|'),
  'giu',
);

const TARGET =
  /\b(?:from(?<!\bepoch from)|into|update|table)\s+(?:only\s+)?((?:"[^"]+"|\w+)(?:\.(?:"[^"]+"|\w+))?)/i;

export function describeStatement(sql: string): StatementDescription {
  const text = withoutValues(sql).replace(/\s+/g, ' ').trim().slice(0, MAX_LENGTH);
  const operation = /^\w+/.exec(text)?.[0].toUpperCase() ?? 'UNKNOWN';
  const table = TARGET.exec(text)?.[1]?.replaceAll('"', '');
  return { text, operation, table, summary: table === undefined ? operation : `${operation} ${table}` };
}

/** Collapses a list of values into one, so that the text is the same for lists of any length. */
function withoutValues(sql: string): string {
  return sql
    .replace(PARTS, (part: string, ...rest: unknown[]) => {
      const { comment, name, word } = rest.at(-1) as Record<string, string | undefined>;
      return comment !== undefined ? ' ' : (name ?? word) === undefined ? '?' : part;
    })
    .replace(/\?(?:\s*,\s*\?)+/g, '?');
}
