import { Module } from '@nestjs/common';
import { AppConfig } from '../../../config/index.js';
import { PreferencesModule } from '../preferences/index.js';
import { TemplatesModule } from '../templates/index.js';
import { Channel } from './channel.js';
import { MailChannel } from './mail/mail.channel.js';
import { MAIL_OPTIONS, type MailOptions } from './mail/mail.options.js';
import { MailProviders } from './mail/mail-providers.js';
import { ProviderMetrics } from './provider-metrics.js';

@Module({
  imports: [PreferencesModule, TemplatesModule],
  providers: [
    {
      provide: MAIL_OPTIONS,
      inject: [AppConfig],
      useFactory: ({ mail, publicUrl }: AppConfig): MailOptions => ({ ...mail, publicUrl }),
    },
    MailProviders,
    ProviderMetrics,
    { provide: Channel, useClass: MailChannel },
  ],
  exports: [Channel, MAIL_OPTIONS],
})
export class ChannelsModule {}
