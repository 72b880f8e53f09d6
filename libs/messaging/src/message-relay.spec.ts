import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { Injectable, Module, type Type } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { IsString } from 'class-validator';
import { JobRunnerModule, Queues } from '#libs/bull';
import { Database, DatabaseModule, defineSchema } from '#libs/database';
import { JobQueue } from '#libs/jobs';
import { type BackgroundApp, databaseOf, startBackgroundApp } from '../../../test/support/background-app.js';
import { hold, useFixture } from '../../../test/support/fixture.js';
import { eventually, redisUrl } from '../../../test/support/servers.js';
import {
  defineMessage,
  defineService,
  type DeliverMessage,
  HandlesMessage,
  type Message,
  type MessageHandler,
  MessageRelayModule,
  MessagingModule,
  Outbox,
} from './index.js';

const ROLE = 'both';
const shop = defineService('shop', { role: ROLE });
const warehouse = defineService('warehouse', { role: ROLE });
const shopSchema = defineSchema(shop.name, []);
const warehouseSchema = defineSchema(warehouse.name, []);

class Order {
  @IsString() item!: string;
}
const sendItem = defineMessage('send-item', { data: Order, to: [warehouse] });
const itemSent = defineMessage('item.sent', { data: Order, to: [shop] });
const itemRecalled = defineMessage('item.recalled', { data: Order, to: [shop, warehouse] });

/** The messages that took effect. */
@Injectable()
class Handled {
  readonly ids: string[] = [];
}

@Injectable()
class Recorder implements MessageHandler<Order> {
  constructor(private readonly handled: Handled) {}

  handle(_: EntityManager, { id }: Message<Order>): Promise<void> {
    this.handled.ids.push(id);
    return Promise.resolve();
  }
}

@HandlesMessage(warehouse, sendItem)
class SendItemHandler extends Recorder {}

@HandlesMessage(warehouse, sendItem)
class SecondSendItemHandler extends Recorder {}

@HandlesMessage(shop, itemSent)
class ItemSentHandler extends Recorder {}

@HandlesMessage(shop, itemRecalled)
class ShopRecallHandler extends Recorder {}

@HandlesMessage(warehouse, itemRecalled)
class WarehouseRecallHandler extends Recorder {}

const RECALL = [ShopRecallHandler, WarehouseRecallHandler];

@Module({
  imports: [
    DatabaseModule.forFeature(shopSchema),
    MessagingModule.forSchema(shopSchema),
    MessageRelayModule.forService(shop, shopSchema),
  ],
})
class ShopModule {
  constructor(
    readonly database: Database,
    readonly outbox: Outbox,
  ) {}
}

@Module({
  imports: [
    DatabaseModule.forFeature(warehouseSchema),
    MessagingModule.forSchema(warehouseSchema),
    MessageRelayModule.forService(warehouse, warehouseSchema),
  ],
})
class WarehouseModule {
  constructor(
    readonly database: Database,
    readonly outbox: Outbox,
  ) {}
}

const servers = useFixture(async () => {
  const [database, redis] = await Promise.all([
    hold(databaseOf(shopSchema, warehouseSchema), (created) => created.drop()),
    redisUrl(),
  ]);
  return { database, redis };
});

/** Starts a process that runs both services. */
function start(...handlers: Type<MessageHandler>[]): Promise<BackgroundApp> {
  const starting = startBackgroundApp({
    jobs: [shop, warehouse].flatMap(({ deliver, confirm }) => [deliver, confirm]),
    redisUrl: servers.redis,
    database: { url: servers.database.url, schema: shopSchema },
    imports: [ShopModule, WarehouseModule, JobRunnerModule.forRole(ROLE)],
    providers: [Handled, ...handlers],
  });
  return hold(starting, (app) => app.close());
}

describe('two services in one process', () => {
  let app: BackgroundApp;

  beforeEach(async () => {
    app = await start(SendItemHandler, ItemSentHandler, ...RECALL);
  });

  it('handle the messages of the other once, and confirm them', async () => {
    const sent = [await order(), await report()];
    await eventually(async () => expect(await waitingMessages()).toEqual([]));
    expect(app.get(Handled).ids.sort()).toEqual(sent.sort());
  });

  it.each([
    [sendItem.type, warehouse, () => order()],
    [itemSent.type, shop, () => report()],
  ])('handle %s once even when its job runs twice', async (_, receiver, send) => {
    await app.get(Queues).connections.ready();
    const queue = app.get(Queues).get(receiver.deliver.name);
    await queue.pause();
    const id = await send();
    const [job] = await eventually(async () => {
      const waiting = await queue.getWaiting();
      expect(waiting).toHaveLength(1);
      return waiting;
    });
    const again = await app.get(JobQueue).enqueue(receiver.deliver, job?.data as DeliverMessage);
    expect(again).not.toBe(job?.id);
    await queue.resume();
    await eventually(async () => {
      const { waiting, active, delayed } = await queue.getJobCounts();
      expect([waiting, active, delayed]).toEqual([0, 0, 0]);
      expect(await waitingMessages()).toEqual([]);
    });
    expect(app.get(Handled).ids).toEqual([id]);
  });

  it('both handle a message that is for both of them, each once', async () => {
    const id = await append(app.get(ShopModule), itemRecalled);
    await eventually(async () => expect(await waitingMessages()).toEqual([]));
    expect(app.get(Handled).ids).toEqual([id, id]);
  });

  it('keep a message for the one that has not handled it yet', async () => {
    await app.get(Queues).connections.ready();
    const queue = app.get(Queues).get(warehouse.deliver.name);
    await queue.pause();
    const id = await append(app.get(ShopModule), itemRecalled);
    await eventually(async () => expect(await waitingMessages()).toHaveLength(1));
    expect(await waitingMessages()).toMatchObject([{ message_id: id, consumer: warehouse.name }]);
    expect(app.get(Handled).ids).toEqual([id]);
    await queue.resume();
    await eventually(async () => expect(await waitingMessages()).toEqual([]));
    expect(app.get(Handled).ids).toEqual([id, id]);
  });

  function order(): Promise<string> {
    return append(app.get(ShopModule), sendItem);
  }

  function report(): Promise<string> {
    return append(app.get(WarehouseModule), itemSent);
  }

  /** The messages in both outboxes. */
  function waitingMessages(): Promise<object[]> {
    return app.database.run((em) =>
      em.execute('select * from shop.outbox union all select * from warehouse.outbox'),
    );
  }
});

describe('a service', () => {
  it('cannot have the name of another', () => {
    expect(() => defineService('shop', { role: ROLE })).toThrow('The service "shop" is defined twice.');
  });

  it('shows operators where a message comes from and goes, and never its sealed data', () => {
    expect([...shop.deliver.visibleFields].sort()).toEqual([
      'from',
      'messageId',
      'occurredAt',
      'subject',
      'type',
    ]);
    expect([...shop.confirm.visibleFields].sort()).toEqual(['consumer', 'messageId']);
  });

  it('keeps confirmations that failed for a day alone, because their messages arrive again anyway', () => {
    expect(shop.confirm.keepFailed).toEqual({ ageSeconds: 24 * 60 * 60, count: 1_000 });
  });

  it('cannot handle a message that is not for it', () => {
    expect(() => HandlesMessage(shop, sendItem)).toThrow(
      '"shop" does not receive the message "send-item": add the service to `to` in defineMessage.',
    );
  });

  it('does not start without a handler for its messages, and says what to add', async () => {
    await expect(start(ItemSentHandler, ...RECALL)).rejects.toThrow(
      'Nothing in "warehouse" handles the message "send-item": decorate a class with @HandlesMessage and ' +
        'provide it in a module of this service.',
    );
  });

  it('does not start with two handlers for a message, and names both', async () => {
    await expect(start(ItemSentHandler, SendItemHandler, SecondSendItemHandler, ...RECALL)).rejects.toThrow(
      'The message "send-item" has more than one handler in "warehouse": SendItemHandler and SecondSendItemHandler. Keep one.',
    );
  });
});

function append(
  { database, outbox }: ShopModule | WarehouseModule,
  message: typeof sendItem,
): Promise<string> {
  return database.transaction((em) => outbox.append(em, message, randomUUID(), { item: 'a lamp' }));
}
