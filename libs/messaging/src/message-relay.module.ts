import { type DynamicModule, Module } from '@nestjs/common';
import { ConfirmMessageProcessor } from './confirm-message.processor.js';
import { OutboxModule } from './outbox.module.js';
import { OutboxRelayModule } from './outbox-relay.module.js';
import { toConsumer } from './route.js';

/** For the worker of a service: delivers its messages to other services, and takes their confirmations. */
@Module({})
export class MessageRelayModule {
  static forSchema(schema: string): DynamicModule {
    return {
      module: MessageRelayModule,
      imports: [OutboxModule.forSchema(schema), OutboxRelayModule.forSchema(schema, toConsumer)],
      providers: [ConfirmMessageProcessor],
    };
  }
}
