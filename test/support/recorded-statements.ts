import { afterAll, beforeAll } from '@jest/globals';
import pg from 'pg';

export interface Statement {
  readonly text: string;
  readonly values: unknown[];
}

/** Looks for changes of IP rules all the time, whatever the process does. */
const BACKGROUND = /^select revision::float8 .+ from accounts\.ip_rule_state/;

/** Records what this process sends to PostgreSQL during the suite, below any layer that could hide a statement. */
export function recordStatements(): Statement[] {
  const sent: Statement[] = [];
  const { prototype } = pg.Client as unknown as {
    prototype: { query: (...parameters: unknown[]) => unknown };
  };
  const query = prototype.query;
  beforeAll(() => {
    prototype.query = function (...parameters: unknown[]): unknown {
      const [first, second] = parameters;
      const { text, values } =
        typeof first === 'string' ? { text: first, values: second } : (first as Partial<Statement>);
      if (!BACKGROUND.test(text ?? '')) {
        sent.push({ text: text ?? '', values: Array.isArray(values) ? values : [] });
      }
      return Reflect.apply(query, this, parameters);
    };
  });
  afterAll(() => {
    prototype.query = query;
  });
  return sent;
}
