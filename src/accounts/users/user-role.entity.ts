import { defineEntity, p } from '@mikro-orm/postgresql';
import { User } from './user.entity.js';

const schema = defineEntity({
  name: 'UserRole',
  tableName: 'user_roles',
  schema: 'accounts',
  properties: {
    role: p.text().primary(),
    user: () => p.manyToOne(User).primary().mapToPk().deleteRule('cascade').index('user_roles_user_index'),
  },
});

/** That a user has a role: the index behind the roles of a user. Only triggers write it. */
export class UserRole extends schema.class {}
schema.setClass(UserRole);
