import type { EntityClass, EntityManager } from '@mikro-orm/postgresql';
import type { Database } from '#libs/database';
import { conflict } from '#libs/problem';
import type { SagaRow } from './saga-row.js';

/** Steps of one saga that are tried at once don't wait for each other; all but one are tried again. */
const ATTEMPTS = 5;

export type AfterCommit = () => void;

/** What follows when an event meets a state. */
export interface Step<State extends string, Command> {
  readonly state: State;
  readonly commands: readonly Command[];
  /** When the saga goes on by itself. Without this, it's over. */
  readonly wakeAt?: Date | undefined;
}

/**
 * A change that takes several steps, with hours or days in between, such as a request, a click in a mail and the end of a
 * period. Each step is one transaction: it stores the next state, runs the commands, and appends their messages to the
 * outbox. So a process that is killed has taken a step or hasn't, and any process takes the next one.
 *
 * A subclass is a provider. `SagaModule` finds it and takes its due steps.
 */
export abstract class Saga<Row extends SagaRow, State extends string, Event, Command> {
  /** In the plural, for metrics and logs, such as `email-changes`. */
  abstract readonly name: string;
  abstract readonly entity: EntityClass<Row>;
  /**
   * The states that this release knows. It leaves rows in other states to the release that wrote them: both run during a
   * deployment.
   */
  abstract readonly states: readonly State[];

  constructor(protected readonly database: Database) {}

  /** Decides what follows. A pure function. @returns undefined if the event has no effect in this state */
  protected abstract next(row: Row, event: Event): Step<State, Command> | undefined;

  /** Carries out a command in the transaction of the step. @returns what to do after the commit, such as to clear a cache */
  protected abstract execute(em: EntityManager, row: Row, command: Command): Promise<AfterCommit | undefined>;

  /** The event that a saga gets when it's due. */
  protected abstract due(now: Date): Event;

  /** Locks what must be locked before the saga, to avoid deadlocks. */
  protected abstract lock(em: EntityManager, row: Row): Promise<void>;

  /** Stores a new saga, whose first state is set, and runs the commands, in the caller's transaction. */
  async start(em: EntityManager, row: Row, commands: readonly Command[]): Promise<AfterCommit> {
    await em.persist(row).flush();
    return this.executeAll(em, row, commands);
  }

  /**
   * Takes a step in the caller's transaction, which has locked what `lock` does and has read the row after that.
   * @returns what to do after the commit, or undefined if the event has no effect
   * @throws OptimisticLockError if another step was faster
   */
  async apply(em: EntityManager, row: Row, event: Event): Promise<AfterCommit | undefined> {
    const step = this.next(row, event);
    if (!step) {
      return undefined;
    }
    row.state = step.state;
    row.wakeAt = step.wakeAt ?? null;
    // Conflicts come to light before anything else is done.
    await em.flush();
    return this.executeAll(em, row, step.commands);
  }

  /** Takes a step in a transaction of its own. @returns whether the event had an effect */
  async send(id: string, event: Event): Promise<boolean> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        const afterCommit = await this.database.transaction((em) => this.step(em, id, event));
        afterCommit?.();
        return afterCommit !== undefined;
      } catch (error) {
        if (attempt === ATTEMPTS || !conflict.is(error)) {
          throw error;
        }
      }
    }
  }

  /** The sagas that are due, longest first. */
  async findDue(now: Date, limit: number): Promise<readonly string[]> {
    const rows = await this.database.run((em) =>
      em.find(
        this.entity as EntityClass<SagaRow>,
        { wakeAt: { $lte: now }, state: { $in: [...this.states] } },
        { orderBy: { wakeAt: 'asc' }, limit, fields: ['id'] },
      ),
    );
    return rows.map(({ id }) => id);
  }

  /** Lets a saga that is due go on. */
  async wake(id: string, now: Date): Promise<void> {
    await this.send(id, this.due(now));
  }

  /** How many sagas aren't over, by state, and since when the first of them is due. */
  count(): Promise<readonly SagaCount[]> {
    return this.database.run((em) => countUnfinished(em, this.entity as EntityClass<SagaRow>));
  }

  private async step(em: EntityManager, id: string, event: Event): Promise<AfterCommit | undefined> {
    const row = (await em.findOne(this.entity as EntityClass<SagaRow>, { id })) as Row | null;
    if (!row) {
      return undefined;
    }
    await this.lock(em, row);
    return this.apply(em, row, event);
  }

  private async executeAll(em: EntityManager, row: Row, commands: readonly Command[]): Promise<AfterCommit> {
    const callbacks = [];
    for (const command of commands) {
      callbacks.push(await this.execute(em, row, command));
    }
    return allOf(callbacks);
  }
}

/** Calls all of those that there are. */
export function allOf(callbacks: readonly (AfterCommit | null | undefined)[]): AfterCommit {
  return () => {
    for (const callback of callbacks) {
      callback?.();
    }
  };
}

export interface SagaCount {
  readonly state: string;
  readonly count: number;
  readonly wakeAt: Date;
}

async function countUnfinished(em: EntityManager, entity: EntityClass<SagaRow>): Promise<SagaCount[]> {
  const { tableName, schema } = em.getMetadata().get(entity);
  const rows = await em.execute<{ state: string; count: string; wakeAt: string }[]>(
    `select state, count(*) as count, min(wake_at) as "wakeAt" from ??.?? where wake_at is not null group by state`,
    [schema, tableName],
  );
  return rows.map(({ state, count, wakeAt }) => ({ state, count: Number(count), wakeAt: new Date(wakeAt) }));
}
