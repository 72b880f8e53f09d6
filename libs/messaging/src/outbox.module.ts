import { type DynamicModule, Module } from '@nestjs/common';
import { MikroORM } from '@mikro-orm/postgresql';
import { Clock, IdSource } from '#libs/clock';
import { Sealer } from '#libs/crypto';
import { Inbox } from './inbox.js';
import { Outbox } from './outbox.js';
import { OutboxRows } from './outbox-rows.js';
import { OutboxSignal } from './outbox-signal.js';

/** Nest takes dynamic modules for the same only when they are the same object. */
const modules = new Map<string, DynamicModule>();

/** The outbox and inbox of one service, for its rooms to import; `schema` is the service's PostgreSQL schema. */
@Module({})
export class OutboxModule {
  static forSchema(schema: string): DynamicModule {
    const known = modules.get(schema);
    if (known) {
      return known;
    }
    const module: DynamicModule = {
      module: OutboxModule,
      providers: [
        { provide: OutboxRows, useFactory: () => new OutboxRows(schema) },
        { provide: OutboxSignal, inject: [MikroORM], useFactory: (orm: MikroORM) => new OutboxSignal(orm) },
        {
          provide: Outbox,
          inject: [OutboxRows, OutboxSignal, Sealer, Clock, IdSource],
          useFactory: (...parts: ConstructorParameters<typeof Outbox>) => new Outbox(...parts),
        },
        { provide: Inbox, inject: [Clock], useFactory: (clock: Clock) => new Inbox(schema, clock) },
      ],
      exports: [Outbox, Inbox, OutboxRows, OutboxSignal],
    };
    modules.set(schema, module);
    return module;
  }
}
