export {
  Channel,
  SEND_OUTCOMES,
  type SendContext,
  type SendOutcome,
  type SendOutcomeKind,
} from './channel.js';
export { ChannelsModule } from './channels.module.js';
export { MAIL_OPTIONS, type MailOptions } from './mail/mail.options.js';
