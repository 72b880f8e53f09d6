import { setTimeout as delay } from 'node:timers/promises';
import { Client, type ClientConfig } from 'pg';
import { isReadTimeout, meaningOf } from './sql-state.js';

/**
 * What results are parsed by, whatever the database or role is set to. As startup parameters, because poolers follow
 * these two from client to client (PgBouncer: `track_extra_parameters` and its built-in list), and `SET` not.
 */
const SESSION: Readonly<Record<string, string>> = { DateStyle: 'ISO, MDY', TimeZone: 'UTC' };
/** Attempts of a statement outside a transaction, if others get in its way. */
const ATTEMPTS = 3;
const RETRY_AFTER_MS = 10;
const CANCEL_WITHIN_MS = 2_000;

/** Internals of pg's client and connection, missing from its types. */
interface Internals {
  readonly connection: {
    readonly stream: { destroy(): void };
    on(event: string, listener: () => void): void;
    connect(portOrPath: number | string, host?: string): void;
    cancel(processId: number, secretKey: unknown): void;
  };
  readonly host: string;
  readonly port: number;
  readonly processID: number | null;
  readonly secretKey: unknown;
  _queryable: boolean;
  getTransactionStatus(): string | null;
}

type Query = (...args: unknown[]) => unknown;

/** What pg's client does itself. */
const pgMethods = Client.prototype as unknown as {
  query(this: Client, ...args: unknown[]): unknown;
  getStartupConf(this: Client): Record<string, string>;
};

/**
 * A client that never goes back to the pool with a connection that failed, sets what results depend on, and repeats
 * single statements that were rolled back because of others.
 */
export class PooledClient extends Client {
  /** Called when the server didn't answer or can't do the work, so that other connections to it are suspect too. */
  onServerLost: () => void = () => undefined;

  constructor(config?: string | ClientConfig) {
    super(config);
    const query: Query = (...args) => pgMethods.query.apply(this, args);
    this.query = ((...args: unknown[]) => {
      const isAlone = internalsOf(this).getTransactionStatus() !== 'T';
      const result = query(...args);
      // A cursor has no promise. Its reads end with the transaction around them.
      return result instanceof Promise
        ? result.catch((error: unknown) => this.recover(error, isAlone ? () => query(...args) : undefined))
        : result;
    }) as typeof this.query;
  }

  /** Overrides pg's method, which its types don't have. */
  getStartupConf(): Record<string, string> {
    return { ...pgMethods.getStartupConf.call(this), ...SESSION };
  }

  /** Closes the connection without waiting for the server. */
  abandon(): void {
    const internals = internalsOf(this);
    // The pool checks it before the socket has reported its end.
    internals._queryable = false;
    internals.connection.stream.destroy();
  }

  private async recover(error: unknown, again: (() => unknown) | undefined): Promise<unknown> {
    let failure = error;
    for (
      let attempt = 1;
      again && attempt < ATTEMPTS && meaningOf(failure)?.effect === 'retry';
      attempt += 1
    ) {
      await delay(RETRY_AFTER_MS * attempt * Math.random());
      try {
        return await again();
      } catch (next) {
        failure = next;
      }
    }
    if (meaningOf(failure)?.endsConnection) {
      if (isReadTimeout(failure)) {
        this.cancelStatement();
      }
      this.abandon();
      this.onServerLost();
    }
    throw failure;
  }

  /**
   * Asks the server to stop what it is still working on, so that retries don't pile up behind a lock. Best effort, over
   * a connection of its own, because that is how PostgreSQL's protocol cancels.
   */
  private cancelStatement(): void {
    const { host, port, processID, secretKey } = internalsOf(this);
    if (processID === null) {
      return;
    }
    const { connection } = internalsOf(new Client({ ssl: false }));
    connection.on('error', () => undefined);
    connection.on('connect', () => {
      connection.cancel(processID, secretKey);
    });
    if (host.startsWith('/')) {
      connection.connect(`${host}/.s.PGSQL.${port}`);
    } else {
      connection.connect(port, host);
    }
    setTimeout(() => {
      connection.stream.destroy();
    }, CANCEL_WITHIN_MS).unref();
  }
}

function internalsOf(client: Client): Internals {
  return client as unknown as Internals;
}
