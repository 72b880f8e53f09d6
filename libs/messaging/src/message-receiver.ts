import { DiscoveryService } from '@nestjs/core';
import type { Sealer } from '#libs/crypto';
import type { Database } from '#libs/database';
import { JobError, type JobQueue } from '#libs/jobs';
import { messageTypesFor } from './define-message.js';
import { type DeliverMessage, findService, type Service } from './define-service.js';
import type { Inbox } from './inbox.js';
import { Handles, type MessageHandler } from './message-handler.js';
import { openMessage } from './open-message.js';

/** Receives the messages for one service. Each takes effect once, no matter how often it arrives. */
export class MessageReceiver {
  private handlers = new Map<string, MessageHandler>();

  constructor(
    private readonly service: Service,
    private readonly sealer: Sealer,
    private readonly database: Database,
    private readonly inbox: Inbox,
    private readonly jobs: JobQueue,
  ) {}

  /** @throws Error with one line for each message that has no handler or more than one */
  assignHandlers(discovery: DiscoveryService): void {
    const found = discovery.getProviders({ metadataKey: Handles.KEY }).map((wrapper) => ({
      handling: discovery.getMetadataByDecorator(Handles, wrapper),
      className: String(wrapper.name),
      handler: wrapper.instance as MessageHandler,
    }));
    const own = found.filter(({ handling }) => handling?.service === this.service);
    const mistakes = messageTypesFor(this.service).flatMap(({ type }) => {
      const [first, ...others] = own.filter(({ handling }) => handling?.type.type === type);
      if (!first) {
        return [
          `Nothing in "${this.service.name}" handles the message "${type}": decorate a class with @HandlesMessage and ` +
            'provide it in a module of this service.',
        ];
      }
      this.handlers.set(type, first.handler);
      const all = [first, ...others].map(({ className }) => className);
      return others.length > 0
        ? [
            `The message "${type}" has more than one handler in "${this.service.name}": ${all.join(' and ')}. Keep one.`,
          ]
        : [];
    });
    if (mistakes.length > 0) {
      throw new Error(mistakes.join('\n'));
    }
  }

  async receive(delivered: DeliverMessage): Promise<void> {
    const message = openMessage(this.sealer, delivered);
    const handler = this.handlers.get(message.type);
    const sender = findService(delivered.from);
    if (!handler || !sender) {
      throw new JobError(`"${message.type}" from "${delivered.from}" is not for "${this.service.name}"`);
    }
    await this.database.transaction(async (em) => {
      if (await this.inbox.accept(em, message.id)) {
        await handler.handle(em, message);
      }
    });
    // Confirm duplicates too: they arrive because a confirmation was lost. Without a job ID, because a confirmation
    // that became a dead letter would block the next one.
    await this.jobs.enqueue(sender.confirm, { messageId: message.id, consumer: this.service.name });
  }
}
