import { defineEntity, p } from '@mikro-orm/postgresql';
import { User } from '../../users/index.js';

const schema = defineEntity({
  name: 'Password',
  tableName: 'passwords',
  schema: 'accounts',
  properties: {
    user: () => p.manyToOne(User).primary().mapToPk().deleteRule('cascade').index(false),
    /** A PHC string (algorithm, parameters, salt and hash) or, until the first sign-in, what another system had. */
    hash: p.text(),
    changedAt: p.datetime().columnType('timestamptz(3)'),
    /** When we last told the owner of a change. */
    toldAt: p.datetime().columnType('timestamptz(3)').nullable(),
  },
});

/** A user's password. Not every user has one. */
export class Password extends schema.class {}
schema.setClass(Password);
