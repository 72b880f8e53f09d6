export {
  notTried,
  SEND_OUTCOMES,
  type SendAttempt,
  type SendContext,
  type SendOutcomeKind,
  type SendResult,
} from './channel.js';
export type { Held, ProviderSlot, Waiting } from './rates/slot.js';
export { Channels } from './channels.js';
export { ChannelsModule } from './channels.module.js';
export { MAIL_OPTIONS, type MailOptions } from './mail/mail.options.js';
