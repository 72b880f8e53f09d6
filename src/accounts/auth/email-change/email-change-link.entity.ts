import { defineEntity, p } from '@mikro-orm/postgresql';
import { EmailChange } from './email-change.entity.js';

export const LINK_PURPOSES = ['confirm', 'undo'] as const;
export type LinkPurpose = (typeof LINK_PURPOSES)[number];

const schema = defineEntity({
  name: 'EmailChangeLink',
  tableName: 'email_change_links',
  schema: 'accounts',
  properties: {
    tokenHash: p.text().primary(),
    change: () =>
      p
        .manyToOne(EmailChange)
        .mapToPk()
        .deleteRule('cascade')
        .index('email_change_links_change_index')
        .fieldName('change_id'),
    /** `confirm` in mails to the new address, `undo` in those to the old one. */
    purpose: p.enum(LINK_PURPOSES),
    expiresAt: p.datetime().columnType('timestamptz(3)'),
  },
});

/** A link in a mail about a change. Only the hash of its token is stored. */
export class EmailChangeLink extends schema.class {}
schema.setClass(EmailChangeLink);
