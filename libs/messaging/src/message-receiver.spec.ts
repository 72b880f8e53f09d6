import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { Module } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { IsString } from 'class-validator';
import { JobRunnerModule, Queues } from '#libs/bull';
import { Sealer } from '#libs/crypto';
import { DatabaseModule, defineSchema } from '#libs/database';
import { JobQueue } from '#libs/jobs';
import { databaseOf, startBackgroundApp } from '../../../test/support/background-app.js';
import { hold, useFixture } from '../../../test/support/fixture.js';
import { eventually, redisUrl } from '../../../test/support/servers.js';
import {
  defineMessage,
  defineService,
  type DeliverMessage,
  HandlesMessage,
  Inbox,
  type MessageHandler,
  MessageRelayModule,
  MessagingModule,
} from './index.js';
import { messageContext } from './message-context.js';
import { MessageReceiver } from './message-receiver.js';

const depot = defineService('depot', { role: 'depot' });
const harbour = defineService('harbour', { role: 'harbour' });
const depotSchema = defineSchema(depot.name, []);

class Parcel {
  @IsString() item!: string;
}
const parcelSent = defineMessage('parcel.sent', { data: Parcel, to: [depot] });
const shipLoaded = defineMessage('ship.loaded', { data: Parcel, to: [harbour] });

@HandlesMessage(depot, parcelSent)
class ParcelHandler implements MessageHandler<Parcel> {
  handled = 0;
  effect: () => Promise<void> = () => Promise.resolve();

  async handle(): Promise<void> {
    this.handled += 1;
    await this.effect();
  }
}

@Module({
  imports: [
    DatabaseModule.forFeature(depotSchema),
    MessagingModule.forSchema(depotSchema),
    MessageRelayModule.forService(depot, depotSchema),
  ],
})
class DepotModule {}

/** Runs the depot. The harbour only exists as the sender. */
const app = useFixture(async () => {
  const database = await hold(databaseOf(depotSchema), (created) => created.drop());
  const starting = startBackgroundApp({
    jobs: [depot.deliver, depot.confirm, harbour.confirm],
    redisUrl: await redisUrl(),
    database: { url: database.url, schema: depotSchema },
    imports: [DepotModule, JobRunnerModule.forRole('depot')],
    providers: [ParcelHandler],
  });
  return hold(starting, (started) => started.close());
});

describe('a message', () => {
  it('is handled and confirmed to its sender', async () => {
    const before = app.get(ParcelHandler).handled;
    const { messageId } = await deliver();
    await eventually(async () => {
      const confirmations = await app.get(Queues).get(harbour.confirm.name).getWaiting();
      expect(confirmations.map(({ data }) => data as object)).toEqual([{ messageId, consumer: depot.name }]);
    });
    expect(app.get(ParcelHandler).handled).toBe(before + 1);
  });

  it('is handled again after its handler failed, and only confirmed once it has taken effect', async () => {
    const handler = app.get(ParcelHandler);
    const before = handler.handled;
    const confirmedDuring: number[] = [];
    handler.effect = async () => {
      confirmedDuring.push((await confirmationsOf(messageId)).length);
      if (handler.handled === before + 1) {
        throw new Error('not yet');
      }
    };
    const messageId = randomUUID();
    await deliver({ messageId, sealed: sealedFor(messageId) });
    await eventually(async () => expect(await confirmationsOf(messageId)).toHaveLength(1));
    handler.effect = () => Promise.resolve();
    expect(handler.handled).toBe(before + 2);
    expect(confirmedDuring).toEqual([0, 0]);
  });

  it('arrives again if its confirmation cannot be enqueued, and takes effect once', async () => {
    const before = app.get(ParcelHandler).handled;
    const jobs = new FullQueue();
    const receiver = new MessageReceiver(depot, app.get(Sealer), app.database, app.get(Inbox), jobs);
    receiver.assignHandlers(app.get(DiscoveryService));
    const message = aDelivery();
    for (let arrival = 1; arrival <= 2; arrival++) {
      await expect(receiver.receive(message)).rejects.toThrow('OOM');
    }
    expect(app.get(ParcelHandler).handled).toBe(before + 1);
  });

  it.each([
    [
      'whose type this release does not know',
      { type: 'ship.sunk' },
      'unknown message "ship.sunk" in this release',
    ],
    [
      'that this release does not handle',
      { type: shipLoaded.type },
      '"ship.loaded" from "harbour" is not for "depot"',
    ],
    [
      'from a service that this release does not know',
      { from: 'airport' },
      '"parcel.sent" from "airport" is not for "depot"',
    ],
  ])('%s is retried, because the next release may', async (_, changed, reason) => {
    const before = app.get(ParcelHandler).handled;
    await deliver(changed);
    await eventually(async () => {
      const delayed = await deliveries().getDelayed();
      expect(delayed.map(({ failedReason }) => failedReason)).toEqual([reason]);
    });
    expect(await deliveries().getFailedCount()).toBe(0);
    expect(app.get(ParcelHandler).handled).toBe(before);
  });

  it('does not wait for others whose handlers take long', async () => {
    const handler = app.get(ParcelHandler);
    const before = handler.handled;
    const gate = await hold(Promise.withResolvers<void>(), ({ resolve }) => resolve());
    handler.effect = () => gate.promise;
    await Promise.all([deliver(), deliver()]);
    await eventually(() => expect(handler.handled).toBe(before + 2));
    gate.resolve();
    handler.effect = () => Promise.resolve();
    await eventually(async () => expect(await deliveries().getActiveCount()).toBe(0));
  });

  it('whose data this release does not know is retried, because the next one may, and logged without the data', async () => {
    const before = app.get(ParcelHandler).handled;
    const messageId = randomUUID();
    const sealed = app.get(Sealer).sealJson({ item: ['a lamp'] }, messageContext(messageId));
    await deliver({ messageId, sealed });
    await eventually(async () => {
      const delayed = await deliveries().getDelayed();
      expect(delayed.map(({ failedReason }) => failedReason)).toEqual([
        'in this release, not a valid Parcel: item (isString)',
      ]);
    });
    expect(await deliveries().getFailedCount()).toBe(0);
    expect(app.get(ParcelHandler).handled).toBe(before);
  });

  it('that was sealed for another one becomes a dead letter at once', async () => {
    const before = app.get(ParcelHandler).handled;
    await deliver({ messageId: randomUUID() });
    const [letter] = await eventually(async () => {
      const failed = await deliveries().getFailed();
      expect(failed).toHaveLength(1);
      return failed;
    });
    expect(letter?.failedReason).toContain('the message cannot be opened');
    expect(letter?.attemptsMade).toBe(1);
    expect(app.get(ParcelHandler).handled).toBe(before);
  });
});

/** A Redis that is full. */
class FullQueue extends JobQueue {
  override readonly isReady = true;

  override enqueue(): Promise<string> {
    return Promise.reject(new Error('OOM'));
  }
}

function aDelivery(changed: Partial<DeliverMessage> = {}): DeliverMessage {
  const messageId = randomUUID();
  return {
    messageId,
    type: parcelSent.type,
    subject: randomUUID(),
    occurredAt: new Date().toISOString(),
    sealed: sealedFor(messageId),
    from: harbour.name,
    ...changed,
  };
}

function sealedFor(messageId: string): string {
  return app.get(Sealer).sealJson({ item: 'a lamp' }, messageContext(messageId));
}

/** Puts a message into the depot's queue, as the relay of the harbour does. The queue is emptied after the test. */
async function deliver(changed: Partial<DeliverMessage> = {}): Promise<DeliverMessage> {
  const delivered = aDelivery(changed);
  await app.get(Queues).connections.ready();
  await hold(deliveries(), (queue) => queue.obliterate({ force: true }));
  await app.get(JobQueue).enqueue(depot.deliver, delivered);
  return delivered;
}

function deliveries() {
  return app.get(Queues).get(depot.deliver.name);
}

/** The confirmations of a message. Nothing processes them here. */
async function confirmationsOf(messageId: string): Promise<object[]> {
  const waiting = await app.get(Queues).get(harbour.confirm.name).getWaiting();
  return waiting.filter(({ data }) => (data as { messageId: string }).messageId === messageId);
}
