import { IsISO8601, IsString, IsUUID } from 'class-validator';
import { defineHourlyJob, defineJob, type Job, type Tick } from '#libs/jobs';

/** A message on its way to a consumer; its data stays sealed until there, for the context `outbox:<messageId>`. */
export class DeliverMessage {
  @IsUUID() messageId!: string;
  @IsString() type!: string;
  @IsUUID() subject!: string;
  @IsISO8601() occurredAt!: string;
  @IsString() sealed!: string;
  /** The service that sent it and waits for the confirmation. */
  @IsString() from!: string;
}

/** A consumer has taken a message for good. */
export class ConfirmMessage {
  @IsUUID() messageId!: string;
  @IsString() consumer!: string;
}

/** A service that sends and receives messages. Its name is that of its PostgreSQL schema. */
export interface Service {
  readonly name: string;
  /** Brings a message to this service. */
  readonly deliver: Job<DeliverMessage>;
  /** Tells this service that a message of its outbox has been taken. */
  readonly confirm: Job<ConfirmMessage>;
  /** Removes what is no longer needed, once an hour: see `@PurgedBy`. */
  readonly purge: Job<Tick>;
}

const services = new Map<string, Service>();

/** @param role the kind of process that runs the service's jobs */
export function defineService(name: string, { role }: { readonly role: string }): Service {
  const service: Service = {
    name,
    deliver: defineJob(`deliver-to-${name}`, {
      payload: DeliverMessage,
      role,
      shown: ['messageId', 'type', 'subject', 'occurredAt', 'from'],
      concurrency: 10,
      timeoutMs: 15_000,
      attempts: 300,
      backoff: { baseMs: 1_000, capMs: 30_000, jitter: 0.25, later: { afterRetries: 30, capMs: 900_000 } },
    }),
    confirm: defineJob(`confirm-to-${name}`, {
      payload: ConfirmMessage,
      role,
      shown: ['messageId', 'consumer'],
      concurrency: 10,
      timeoutMs: 15_000,
      attempts: 10,
      backoff: { baseMs: 500, capMs: 30_000, jitter: 0.25 },
      keepFailed: { ageSeconds: 86_400, count: 1_000 },
    }),
    purge: defineHourlyJob(`purge-${name}`, role),
  };
  services.set(name, service);
  return service;
}

export function findService(name: string): Service | undefined {
  return services.get(name);
}
