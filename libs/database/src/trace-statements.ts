import type { EventEmitter } from 'node:events';
import type { MikroORM } from '@mikro-orm/postgresql';
import { currentTracing, errorTypeOf, type Span, type Tracing } from '#libs/telemetry';
import { describeStatement } from './statement-text.js';

/** The part of pg's client that we use. */
interface Client {
  readonly host: string;
  readonly port: number;
  readonly database?: string;
  query(...args: unknown[]): unknown;
}

/**
 * Adds a span for each statement that is sent within a trace. Wraps each pool client when it's first acquired: the only
 * place that all statements pass through, no matter which ORM layer wrote them. Does nothing without tracing.
 */
export async function traceStatements(orm: MikroORM): Promise<void> {
  const tracing = currentTracing();
  if (!tracing) {
    return;
  }
  const pool = (await orm.driver.getConnection().getNativeClient()) as EventEmitter;
  const wrapped = new WeakSet<Client>();
  pool.on('acquire', (client: Client) => {
    if (!wrapped.has(client)) {
      wrapped.add(client);
      wrapQuery(tracing, client);
    }
  });
}

function wrapQuery(tracing: Tracing, client: Client): void {
  const query = client.query.bind(client);
  client.query = (...args) => {
    const span = tracing.beginChild({ name: 'postgresql', kind: 'client' });
    if (!span) {
      return query(...args);
    }
    describe(span, client, textOf(args[0]));
    const result = query(...args);
    if (result instanceof Promise) {
      result.then(
        () => span.end(),
        (error: unknown) => {
          failSpan(span, error);
          span.end();
        },
      );
    } else {
      // A cursor: we don't trace its individual reads.
      span.end();
    }
    return result;
  };
}

function describe(span: Span, { host, port, database }: Client, sql: string): void {
  const { text, summary, operation, table } = describeStatement(sql);
  span.rename(summary);
  span.set({
    'db.system.name': 'postgresql',
    'db.operation.name': operation,
    'db.query.summary': summary,
    'db.query.text': text,
    'server.address': host,
    'server.port': port,
    ...(table === undefined ? {} : { 'db.collection.name': table }),
    ...(database === undefined ? {} : { 'db.namespace': database }),
  });
}

/** Records only the SQLSTATE, because the message contains values. */
function failSpan(span: Span, error: unknown): void {
  const type = errorTypeOf(error);
  span.fail(type);
  if (/^[0-9A-Z]{5}$/.test(type)) {
    span.set({ 'db.response.status_code': type });
  }
}

function textOf(statement: unknown): string {
  const text = typeof statement === 'string' ? statement : (statement as { text?: unknown } | null)?.text;
  return typeof text === 'string' ? text : '';
}
