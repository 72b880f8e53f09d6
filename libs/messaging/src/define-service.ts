import { IsISO8601, IsString, IsUUID } from 'class-validator';
import { defineHourlyJob, defineJob, type Job, type Tick } from '#libs/jobs';
import { Declarations } from '#libs/lifecycle';

/** A message in transit to a consumer. Its data stays sealed until then, for the context `outbox:<messageId>`. */
export class DeliverMessage {
  @IsUUID() messageId!: string;
  @IsString() type!: string;
  @IsUUID() subject!: string;
  @IsISO8601() occurredAt!: string;
  @IsString() sealed!: string;
  /** The sender, which waits for the confirmation. */
  @IsString() from!: string;
}

/** A consumer's confirmation that it has processed a message. */
export class ConfirmMessage {
  @IsUUID() messageId!: string;
  @IsString() consumer!: string;
}

/** A service that sends and receives messages. Its name is also the name of its PostgreSQL schema. */
export interface Service {
  readonly name: string;
  /** Delivers a message to this service. */
  readonly deliver: Job<DeliverMessage>;
  /** Confirms to this service that a message from its outbox has been processed. */
  readonly confirm: Job<ConfirmMessage>;
  /** Deletes expired data every hour. See `@PurgedBy`. */
  readonly purge: Job<Tick>;
}

const services = new Declarations<Service>('service', 'Give one of the two another name.');

/** @param role the role of the processes that run the service's jobs */
export function defineService(name: string, { role }: { readonly role: string }): Service {
  return services.declare(name, () => ({
    name,
    deliver: defineJob(`deliver-to-${name}`, {
      payload: DeliverMessage,
      role,
      visibleFields: ['messageId', 'type', 'subject', 'occurredAt', 'from'],
      concurrency: 10,
      timeoutMs: 15_000,
      attempts: 300,
      backoff: { baseMs: 1_000, capMs: 30_000, jitter: 0.25, later: { afterRetries: 30, capMs: 900_000 } },
    }),
    confirm: defineJob(`confirm-to-${name}`, {
      payload: ConfirmMessage,
      role,
      visibleFields: ['messageId', 'consumer'],
      concurrency: 10,
      timeoutMs: 15_000,
      attempts: 10,
      backoff: { baseMs: 500, capMs: 30_000, jitter: 0.25 },
      keepFailed: { ageSeconds: 86_400, count: 1_000 },
    }),
    purge: defineHourlyJob(`purge-${name}`, role),
  }));
}

export function findService(name: string): Service | undefined {
  return services.get(name);
}
