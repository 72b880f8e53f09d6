import { Module, type OnApplicationShutdown } from '@nestjs/common';
import { Clock } from '#libs/clock';
import { AppConfig } from '../../../config/index.js';
import { OutboundClient } from './outbound-client.js';

/** Calls to URLs that somebody else has chosen. */
@Module({
  providers: [
    {
      provide: OutboundClient,
      inject: [AppConfig, Clock],
      useFactory: ({ webhookAllowedNetworks }: AppConfig, clock: Clock) =>
        new OutboundClient({ allowedNetworks: webhookAllowedNetworks, clock }),
    },
  ],
  exports: [OutboundClient],
})
export class OutboundModule implements OnApplicationShutdown {
  constructor(private readonly client: OutboundClient) {}

  onApplicationShutdown(): void {
    this.client.close();
  }
}
