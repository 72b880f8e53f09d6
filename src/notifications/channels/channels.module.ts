import { Module } from '@nestjs/common';
import { Clock } from '#libs/clock';
import { DatabaseModule } from '#libs/database';
import { AppConfig } from '../../../config/index.js';
import { notificationsSchema } from '../migrations/index.js';
import { OutboundClient } from '../outbound/index.js';
import { PreferencesModule } from '../preferences/index.js';
import { RecipientsModule } from '../recipients/index.js';
import { TemplatesModule } from '../templates/index.js';
import { Channels } from './channels.js';
import { MailChannel } from './mail/mail.channel.js';
import { MAIL_OPTIONS, type MailOptions } from './mail/mail.options.js';
import { MailProviders } from './mail/mail-providers.js';
import { ProviderMetrics } from './provider-metrics.js';
import { PushChannel } from './push/push.channel.js';
import { PushServices } from './push/push-services.js';
import { ProviderRates } from './rates/provider-rates.js';
import { RateMetrics } from './rates/rate-metrics.js';
import { SmsChannel } from './sms/sms.channel.js';

@Module({
  imports: [
    DatabaseModule.forFeature(notificationsSchema),
    PreferencesModule,
    RecipientsModule,
    TemplatesModule,
  ],
  providers: [
    Channels,
    {
      provide: MAIL_OPTIONS,
      inject: [AppConfig],
      useFactory: ({ mail, publicUrl }: AppConfig): MailOptions => ({ ...mail, publicUrl }),
    },
    MailChannel,
    MailProviders,
    ProviderMetrics,
    ProviderRates,
    PushChannel,
    {
      provide: PushServices,
      inject: [AppConfig, Clock, ProviderRates],
      // A client of its own: administrators choose what webhooks may reach, but users choose these endpoints.
      useFactory: (
        { vapid, pushAllowedNetworks: allowedNetworks }: AppConfig,
        clock: Clock,
        rates: ProviderRates,
      ) => new PushServices(new OutboundClient({ allowedNetworks, clock }), vapid, clock, rates),
    },
    RateMetrics,
    SmsChannel,
  ],
  exports: [Channels, MAIL_OPTIONS],
})
export class ChannelsModule {}
