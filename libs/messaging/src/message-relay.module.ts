import {
  type BeforeApplicationShutdown,
  type DynamicModule,
  Module,
  type OnApplicationBootstrap,
  type OnModuleInit,
  type Type,
} from '@nestjs/common';
import { DiscoveryModule, DiscoveryService } from '@nestjs/core';
import { Sealer } from '#libs/crypto';
import { Database, DatabaseModule, type Schema } from '#libs/database';
import { type JobProcessor, JobQueue, ProcessesJob } from '#libs/jobs';
import { type Purge, PurgedBy } from '#libs/purge';
import type { ConfirmMessage, DeliverMessage, Service } from './define-service.js';
import { patientTasks } from './define-task.js';
import { Inbox } from './inbox.js';
import { MessageReceiver } from './message-receiver.js';
import { MessagingModule } from './messaging.module.js';
import { Outbox } from './outbox.js';
import { OutboxMetrics } from './outbox-metrics.js';
import { OutboxRelay } from './outbox-relay.js';
import { OutboxRows } from './outbox-rows.js';
import { OutboxSignal } from './outbox-signal.js';

/** Shared by all relays of a process, because a registry accepts each metric name only once. */
@Module({ providers: [OutboxMetrics], exports: [OutboxMetrics] })
class OutboxMetricsModule {}

/** For the process that runs a service's jobs: relays the service's outbox and receives messages for it. */
@Module({})
export class MessageRelayModule implements OnModuleInit, OnApplicationBootstrap, BeforeApplicationShutdown {
  constructor(
    private readonly relay: OutboxRelay,
    private readonly signal: OutboxSignal,
    private readonly receiver: MessageReceiver,
    private readonly discovery: DiscoveryService,
  ) {}

  static forService(service: Service, schema: Schema): DynamicModule {
    return {
      module: MessageRelayModule,
      imports: [
        DiscoveryModule,
        DatabaseModule.forFeature(schema),
        MessagingModule.forSchema(schema),
        OutboxMetricsModule,
      ],
      providers: [
        {
          provide: OutboxRelay,
          inject: [OutboxRows, Database, JobQueue, OutboxMetrics],
          useFactory: (rows: OutboxRows, database: Database, jobs: JobQueue, metrics: OutboxMetrics) => {
            metrics.watch(schema.name, () => database.run((em) => rows.backlog(em, patientTasks())));
            return new OutboxRelay(service, rows, database, jobs);
          },
        },
        {
          provide: MessageReceiver,
          inject: [Sealer, Database, Inbox, JobQueue],
          useFactory: (sealer: Sealer, database: Database, inbox: Inbox, jobs: JobQueue) =>
            new MessageReceiver(service, sealer, database, inbox, jobs),
        },
        deliveryProcessor(service),
        confirmationProcessor(service),
        inboxPurge(service),
      ],
    };
  }

  /** Runs before anything else, so that a process that refuses to start hasn't taken a message. */
  onModuleInit(): void {
    this.receiver.assignHandlers(this.discovery);
  }

  onApplicationBootstrap(): void {
    this.relay.start(this.signal);
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.relay.stop();
  }
}

function deliveryProcessor({ deliver }: Service): Type<JobProcessor<DeliverMessage>> {
  @ProcessesJob(deliver)
  class DeliverMessageProcessor implements JobProcessor<DeliverMessage> {
    constructor(private readonly receiver: MessageReceiver) {}

    async process(delivered: DeliverMessage): Promise<void> {
      await this.receiver.receive(delivered);
    }
  }
  return DeliverMessageProcessor;
}

/** Deletes confirmed messages from the outbox. */
function confirmationProcessor({ confirm }: Service): Type<JobProcessor<ConfirmMessage>> {
  @ProcessesJob(confirm)
  class ConfirmMessageProcessor implements JobProcessor<ConfirmMessage> {
    constructor(
      private readonly database: Database,
      private readonly outbox: Outbox,
    ) {}

    async process({ messageId, consumer }: ConfirmMessage): Promise<void> {
      await this.database.run((em) => this.outbox.confirm(em, messageId, consumer));
    }
  }
  return ConfirmMessageProcessor;
}

/** Deletes old inbox records. No message is in transit for that long. */
function inboxPurge({ purge }: Service): Type<Purge> {
  @PurgedBy(purge)
  class InboxPurge implements Purge {
    constructor(
      private readonly database: Database,
      private readonly inbox: Inbox,
    ) {}

    purge(signal: AbortSignal): Promise<number> {
      return this.inbox.purge(this.database, signal);
    }
  }
  return InboxPurge;
}
