import { type DynamicModule, Module } from '@nestjs/common';
import { Clock, IdSource } from '#libs/clock';
import { defineSealedColumn, Sealer } from '#libs/crypto';
import { Database, DatabaseModule, type Schema } from '#libs/database';
import { oncePer } from '#libs/lifecycle';
import { findService } from './define-service.js';
import { Inbox } from './inbox.js';
import { messageContext } from './message-context.js';
import { Outbox } from './outbox.js';
import { outboxEntities } from './outbox.entity.js';
import { OutboxRows } from './outbox-rows.js';
import { OutboxSignal } from './outbox-signal.js';

const moduleFor = oncePer((schema: Schema): DynamicModule => {
  // A message stays until it's confirmed, however long that takes.
  defineSealedColumn(`${schema.name}.outbox.sealed`, {
    primaryKey: { message_id: 'uuid', consumer: 'text' },
    context: ({ message_id = '' }) => messageContext(message_id),
  });
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
        useFactory: (...parts: ConstructorParameters<typeof Outbox>) => {
          requireRelay(schema);
          return new Outbox(...parts);
        },
      },
      { provide: Inbox, inject: [Clock], useFactory: (clock: Clock) => new Inbox(schema.name, clock) },
    ],
    exports: [Outbox, Inbox, OutboxRows, OutboxSignal],
  };
});

/** The outbox and the inbox of the service that owns the schema. */
@Module({})
export class MessagingModule {
  static forSchema(schema: Schema): DynamicModule {
    return moduleFor(schema);
  }
}

/**
 * Whatever is appended to an outbox that nobody relays stays there. A service needs a relay: without one, its jobs have
 * no processor, and the process of its role refuses to start.
 * @throws Error that says what to add
 */
function requireRelay({ name }: Schema): void {
  if (!findService(name)) {
    throw new Error(
      `Nothing relays the outbox of the schema "${name}": add defineService('${name}', …) to ` +
        'libs/contracts/src/services.ts, and import MessageRelayModule.forService in a module of its role. See "A message ' +
        'to another service" in docs/guides/add-a-feature.md.',
    );
  }
}
