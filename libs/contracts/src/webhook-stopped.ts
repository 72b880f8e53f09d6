import { IsIn, IsUUID } from 'class-validator';
import { defineMessage } from '#libs/messaging';
import { accounts } from './services.js';

/** Why nothing is delivered to a webhook any more: it failed too long, or the receiver said that it's gone. */
export class WebhookStopped {
  @IsUUID('7') webhookId!: string;
  @IsIn(['paused', 'gone']) reason!: 'paused' | 'gone';
}

/** A webhook stopped. The subject is the user who created it. */
export const webhookStopped = defineMessage('webhook.stopped', { data: WebhookStopped, to: [accounts] });
