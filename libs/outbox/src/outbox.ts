import type { EntityManager } from '@mikro-orm/postgresql';
import type { Clock, IdSource } from '#libs/clock';
import { type MessageData, MESSAGES, type MessageType } from '#libs/contracts';
import type { Sealer } from '#libs/crypto';
import { parsePayload } from '#libs/queue';
import { currentTracing } from '#libs/telemetry';
import { messageContext } from './message-context.js';
import type { OutboxRow, OutboxRows } from './outbox-rows.js';
import type { OutboxSignal } from './outbox-signal.js';

export type NewMessage = {
  [T in MessageType]: { readonly type: T; readonly subject: string; readonly data: MessageData<T> };
}[MessageType];

/** A note to oneself: work of the own service that must not be lost when Redis is, known by its id alone. */
export interface Task {
  readonly id: string;
  readonly consumer: string;
  readonly type: string;
  readonly subject: string;
}

type Ids<M extends readonly NewMessage[]> = { [K in keyof M]: string };

/** Where a service puts messages, in the same transaction as the change they tell of: both happen, or neither. */
export class Outbox {
  constructor(
    private readonly rows: OutboxRows,
    private readonly signal: OutboxSignal,
    private readonly sealer: Sealer,
    private readonly clock: Clock,
    private readonly ids: IdSource,
  ) {}

  /**
   * Appends messages in the caller's transaction, by one statement.
   * @returns their ids
   * @throws InvalidPayloadError when data breaks its class: better now than when it is too late for its consumers
   */
  async append<const M extends readonly NewMessage[]>(em: EntityManager, ...messages: M): Promise<Ids<M>> {
    const occurredAt = this.clock.now();
    const identified = messages.map((message) => ({ message, messageId: this.ids.next() }));
    const rows = identified.flatMap(({ message, messageId }) => this.toRows(message, messageId, occurredAt));
    await this.write(em, rows);
    return identified.map(({ messageId }) => messageId) as unknown as Ids<M>;
  }

  /** Notes a task of the own service. It is put on its queue again and again until it is settled. */
  async note(em: EntityManager, { id, consumer, type, subject }: Task): Promise<void> {
    const occurredAt = this.clock.now();
    await this.write(em, [{ messageId: id, consumer, type, subject, occurredAt, sealed: null, ...trace() }]);
  }

  /** Done: the consumer has taken the message, or the task is over. Settling twice changes nothing. */
  async settle(em: EntityManager, messageId: string, consumer: string): Promise<void> {
    await this.rows.remove(em, messageId, consumer);
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

  private toRows({ type, subject, data }: NewMessage, messageId: string, occurredAt: Date): OutboxRow[] {
    const definition = MESSAGES[type];
    parsePayload<object>(definition.data, data);
    const sealed = this.sealer.sealJson(data, messageContext(messageId));
    return definition.consumers.map((consumer) => ({
      messageId,
      consumer,
      type,
      subject,
      occurredAt,
      sealed,
      ...trace(),
    }));
  }
}

/** What is written here goes on in other processes, and is a part of the same trace there. */
function trace(): Pick<OutboxRow, 'traceparent'> {
  return { traceparent: currentTracing()?.currentTraceparent() ?? null };
}
