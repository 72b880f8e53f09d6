import type { EntityManager } from '@mikro-orm/postgresql';
import type { Clock, IdSource } from '#libs/clock';
import type { Sealer } from '#libs/crypto';
import type { Statement } from '#libs/database';
import { parsePayload } from '#libs/jobs';
import { currentLogContext, currentTracing } from '#libs/telemetry';
import type { MessageType } from './define-message.js';
import type { Task } from './define-task.js';
import { messageContext } from './message-context.js';
import type { OutboxRow, OutboxRows } from './outbox-rows.js';
import type { OutboxSignal } from './outbox-signal.js';

/** The trace and the request that cause something. */
export type Cause = Pick<OutboxRow, 'traceparent' | 'requestId'>;

/** A task that isn't stored yet. */
export type PreparedTask = OutboxRow;

interface AboutTask {
  /** The ID of what the task is about. */
  readonly subject: string;
  /** When to begin. By default, at once. */
  readonly dueAt?: Date;
  /** By default, what is going on. */
  readonly cause?: Cause;
}

/** The statements of `makeChange`. */
interface RecordedChange {
  readonly change: Statement;
  readonly record: Statement;
}

/**
 * Stores a service's messages in the same transaction as the change they describe, so that both happen or neither does.
 */
export class Outbox {
  constructor(
    private readonly rows: OutboxRows,
    private readonly signal: OutboxSignal,
    private readonly sealer: Sealer,
    private readonly clock: Clock,
    private readonly ids: IdSource,
  ) {}

  /**
   * Appends a message in the caller's transaction.
   * @param subject the ID of what the message is about
   * @returns the message's ID
   * @throws InvalidPayloadError if the data is invalid: consumers could only reject it later
   */
  async append<D extends object>(
    em: EntityManager,
    message: MessageType<D>,
    subject: string,
    data: D,
  ): Promise<string> {
    const rows = this.rowsOf(message, subject, data);
    await this.write(em, rows.all);
    return rows.messageId;
  }

  /**
   * Like `append`, together with the change that the message is about and a record of it. See `makeChange`.
   * @returns whether it has changed anything. If it hasn't, there's no message
   */
  async appendWith<D extends object>(
    em: EntityManager,
    message: MessageType<D>,
    subject: string,
    data: D,
    { change, record }: RecordedChange,
  ): Promise<boolean> {
    const { all } = this.rowsOf(message, subject, data);
    const hasChanged = await this.rows.insertWith(em, all, change, record);
    if (hasChanged) {
      this.signal.announce(em);
    }
    return hasChanged;
  }

  /**
   * Adds a task for the service itself. Its job is enqueued repeatedly until the task is settled.
   * @param dueAt when to begin. By default, at once
   */
  async appendTask<P extends object>(
    em: EntityManager,
    task: Task<P>,
    id: string,
    subject: string,
    dueAt?: Date,
  ): Promise<void> {
    await this.appendTasks(em, [this.prepareTask(task, id, { subject, ...(dueAt && { dueAt }) })]);
  }

  /** What `appendTasks` stores for a task. See `appendTask`. */
  prepareTask<P extends object>({ job }: Task<P>, id: string, about: AboutTask): PreparedTask {
    const { subject, dueAt, cause = currentCause() } = about;
    const occurredAt = dueAt ?? this.clock.now();
    const row = { messageId: id, consumer: job.name, type: job.name, subject, occurredAt, sealed: null };
    return { ...row, ...cause, ...(dueAt && { dueAt }) };
  }

  /** Adds many tasks at once. */
  async appendTasks(em: EntityManager, tasks: readonly PreparedTask[]): Promise<void> {
    await this.write(em, tasks);
  }

  /** Puts a task off until a later time. It must not be running, except in the job that calls this and ends then. */
  async postponeTask<P extends object>(
    em: EntityManager,
    { job }: Task<P>,
    id: string,
    dueAt: Date,
  ): Promise<void> {
    await this.rows.postpone(em, id, job.name, dueAt);
  }

  /** Marks the task as done. Idempotent. */
  async settle<P extends object>(em: EntityManager, task: Task<P>, id: string): Promise<void> {
    await this.settleAll(em, [{ task, id }]);
  }

  /** Marks many tasks as done at once. Idempotent. */
  async settleAll<P extends object>(
    em: EntityManager,
    tasks: readonly { readonly task: Task<P>; readonly id: string }[],
  ): Promise<void> {
    const keys = tasks.map(({ task, id }) => ({ messageId: id, consumer: task.job.name }));
    await this.rows.remove(em, keys);
  }

  /** Marks the message as processed by the consumer. Idempotent. */
  async confirm(em: EntityManager, messageId: string, consumer: string): Promise<void> {
    await this.rows.remove(em, [{ messageId, consumer }]);
  }

  private rowsOf<D extends object>(
    message: MessageType<D>,
    subject: string,
    data: D,
  ): { readonly messageId: string; readonly all: readonly OutboxRow[] } {
    parsePayload(message.data, data);
    const messageId = this.ids.next();
    const sealed = this.sealer.sealJson(data, messageContext(messageId));
    const common = {
      messageId,
      type: message.type,
      subject,
      occurredAt: this.clock.now(),
      sealed,
      ...currentCause(),
    };
    return { messageId, all: message.to.map((consumer) => ({ ...common, consumer: consumer.name })) };
  }

  private async write(em: EntityManager, rows: readonly OutboxRow[]): Promise<void> {
    if (!em.isInTransaction()) {
      throw new Error('a message must be appended in the same transaction as the change it describes');
    }
    if (rows.length > 0) {
      await this.rows.insert(em, rows);
      this.signal.announce(em);
    }
  }
}

/** Lets the processes that handle the row continue the current trace, and log the request that caused it. */
export function currentCause(): Cause {
  return {
    traceparent: currentTracing()?.currentTraceparent() ?? null,
    requestId: currentLogContext()?.requestId ?? null,
  };
}
