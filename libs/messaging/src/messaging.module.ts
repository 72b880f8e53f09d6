import { type DynamicModule, Module } from '@nestjs/common';
import { Clock, IdSource } from '#libs/clock';
import { Sealer } from '#libs/crypto';
import { Database, DatabaseModule, type Schema } from '#libs/database';
import type { Service } from './define-service.js';
import { Inbox } from './inbox.js';
import { Outbox } from './outbox.js';
import { outboxEntities } from './outbox.entity.js';
import { OutboxRows } from './outbox-rows.js';
import { OutboxSignal } from './outbox-signal.js';

/** Nest treats two dynamic modules as one only if they are the same object. */
const modules = new WeakMap<Service, DynamicModule>();

/** The outbox and the inbox of a service, with their tables in the service's schema. */
@Module({})
export class MessagingModule {
  static forService(service: Service, schema: Schema): DynamicModule {
    const module = modules.get(service) ?? create(schema);
    modules.set(service, module);
    return module;
  }
}

function create(schema: Schema): DynamicModule {
  return {
    module: MessagingModule,
    imports: [DatabaseModule.forFeature(schema, ...outboxEntities(schema.name))],
    providers: [
      { provide: OutboxRows, useFactory: () => new OutboxRows(schema.name) },
      {
        provide: OutboxSignal,
        inject: [Database],
        useFactory: (database: Database) => new OutboxSignal(database),
      },
      {
        provide: Outbox,
        inject: [OutboxRows, OutboxSignal, Sealer, Clock, IdSource],
        useFactory: (...parts: ConstructorParameters<typeof Outbox>) => new Outbox(...parts),
      },
      { provide: Inbox, inject: [Clock], useFactory: (clock: Clock) => new Inbox(schema.name, clock) },
    ],
    exports: [Outbox, Inbox, OutboxRows, OutboxSignal],
  };
}
