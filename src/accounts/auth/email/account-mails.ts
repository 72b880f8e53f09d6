import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { Clock } from '#libs/clock';
import { type SendNotification, sendNotification, type Template } from '#libs/contracts';
import { Outbox } from '#libs/messaging';
import { printableUserAgent } from '#libs/text';
import { AppConfig } from '../../../../config/index.js';
import { type User, UsersService } from '../../users/index.js';
import { nameOfDevice } from '../sessions/device-name.js';
import type { Device } from '../sessions/session-issuer.js';

/** How to address the reader, if it isn't as in the profile. */
export interface Recipient {
  readonly displayName?: string | null | undefined;
  readonly locale?: string | null | undefined;
  readonly timezone?: string | null | undefined;
}

interface AccountMail {
  readonly template: Template;
  /** Where the link leads, below `APP_URL`: empty, or a path with a query. */
  readonly path: string;
  /** Shown above the link, to be typed in. */
  readonly code?: string | undefined;
  /** After this, the mail is of no use any more. */
  readonly expiresAt: Date;
  readonly recipient?: Recipient | undefined;
  /** The address, if it isn't the user's. */
  readonly to?: string | undefined;
  /** When what it's about happens, if that isn't now. */
  readonly at?: Date | undefined;
  /** What the request came from that caused the mail, which may be a stranger's. The mail then says so, and when. */
  readonly device?: Device | undefined;
}

/** Mails to users about their accounts. */
@Injectable()
export class AccountMails {
  constructor(
    private readonly users: UsersService,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
    private readonly config: AppConfig,
  ) {}

  /** Stores the command to mail the user in the caller's transaction. */
  async send(
    em: EntityManager,
    user: User,
    { template, path, code, expiresAt, recipient, to, at, device }: AccountMail,
  ): Promise<void> {
    const { id, email, ...profile } = this.users.profileOf(user);
    await this.outbox.append(em, sendNotification, id, {
      template: template.name,
      to: {
        userId: id,
        email: to ?? email,
        displayName: (recipient ?? profile).displayName ?? null,
        locale: recipient?.locale ?? profile.locale,
      },
      data: {
        link: `${this.config.appUrl}${path}`,
        ...(code === undefined ? {} : { code }),
        ...(at && { at: at.toISOString(), timezone: recipient?.timezone ?? profile.timezone }),
        ...(device && this.originOf(device, recipient?.timezone ?? profile.timezone)),
      },
      expiresAt: expiresAt.toISOString(),
    });
  }

  /** Where a request came from, and when, in words that the layout of the mail understands. */
  private originOf(device: Device, timezone: string): SendNotification['data'] {
    const { app = '', system = '' } = nameOfDevice(printableUserAgent(device.userAgent) ?? '');
    return { at: this.clock.now().toISOString(), timezone, app, system, ipAddress: device.ipAddress };
  }
}
