import { Injectable } from '@nestjs/common';
import { Clock } from '#libs/clock';
import type { JsonObject } from '#libs/json';
import { invalidInput, type Problem } from '#libs/problem';
import {
  type ChannelName,
  channelsOf,
  invalidData,
  isBuiltIn,
  PublishedTemplates,
  type PublishedVersion,
} from '../templates/index.js';
import type { NotificationContent } from './release.js';

/** What someone wants to send. */
export interface GivenContent {
  readonly template: string;
  readonly data: JsonObject;
  /** Undefined for all that the template has content for. */
  readonly channels: readonly ChannelName[] | undefined;
}

const MAX_DELAY_MS = 366 * 24 * 60 * 60 * 1000;

/** Checks what someone wants to send, to whomever. */
@Injectable()
export class NotificationContents {
  constructor(
    private readonly templates: PublishedTemplates,
    private readonly clock: Clock,
  ) {}

  /** @throws Problem `invalid-input` */
  async accept({ template, data, channels: wanted }: GivenContent): Promise<NotificationContent> {
    const version = await this.versionOf(template);
    const channels = wantedChannels(version, wanted);
    const errors = invalidData(version.variables, data, '/data');
    if (errors.length > 0) {
      throw invalidInput({ errors });
    }
    return { version, channels, data };
  }

  /** @returns null for at once @throws Problem `invalid-input` if it's too late */
  laterThanNow(sendAt: Date | undefined): Date | null {
    const now = this.clock.now();
    if (!sendAt || sendAt <= now) {
      return null;
    }
    if (sendAt.getTime() - now.getTime() > MAX_DELAY_MS) {
      throw refused('/sendAt', 'too-late', 'must be within a year');
    }
    return sendAt;
  }

  private async versionOf(template: string): Promise<PublishedVersion> {
    // Whoever may send must not be able to send a link that looks like one to reset a password.
    const version = isBuiltIn(template) ? null : await this.templates.find(template, { isBuiltIn: false });
    if (!version) {
      throw refused('/template', 'unknown-template', 'is not the name of a published template');
    }
    return version;
  }
}

export function refused(pointer: string, code: string, message: string): Problem {
  return invalidInput({ errors: [{ pointer, code, message }] });
}

function wantedChannels(
  version: PublishedVersion,
  wanted: readonly ChannelName[] | undefined,
): readonly ChannelName[] {
  const available = channelsOf(version);
  const missing = wanted?.find((channel) => !available.includes(channel));
  if (missing !== undefined) {
    throw refused('/channels', 'not-one-of', `the template has no content for ${missing}`);
  }
  return wanted ?? available;
}
