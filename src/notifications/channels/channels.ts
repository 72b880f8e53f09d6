import { Injectable } from '@nestjs/common';
import type { Channel } from './channel.js';
import { MailChannel } from './mail/mail.channel.js';
import { PushChannel } from './push/push.channel.js';
import { SmsChannel } from './sms/sms.channel.js';

/** The channels through which something leaves the process. */
@Injectable()
export class Channels {
  private readonly channels: Readonly<Record<string, Channel>>;

  constructor(email: MailChannel, sms: SmsChannel, push: PushChannel) {
    this.channels = { email, sms, push };
  }

  /** @returns undefined if only a newer release knows it */
  find(name: string): Channel | undefined {
    return this.channels[name];
  }
}
