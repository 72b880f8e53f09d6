import { Injectable } from '@nestjs/common';
import { Database } from '#libs/database';
import { ADMIN_ROLE, PasswordsService, USER_ROLE } from '../auth/index.js';
import { AuditLog } from '../audit/index.js';
import { type Profile, userCreated, UserListService, UsersService } from '../users/index.js';

const ADMIN_ROLES = [USER_ROLE, ADMIN_ROLE] as const;
/** More than anyone can oversee. */
const MAX_LISTED = 100;

/** Those who administer all accounts. */
@Injectable()
export class Administrators {
  constructor(
    private readonly database: Database,
    private readonly users: UsersService,
    private readonly lists: UserListService,
    private readonly passwords: PasswordsService,
    private readonly audit: AuditLog,
  ) {}

  /** Oldest first, at most 100. */
  async list(): Promise<readonly Profile[]> {
    const search = { role: ADMIN_ROLE, sort: 'createdAt' } as const;
    const { items } = await this.lists.byPosition(search, { limit: MAX_LISTED, position: null }, false);
    return items;
  }

  async exists(email: string): Promise<boolean> {
    return (await this.database.run((em) => this.users.findByEmail(em, email))) !== null;
  }

  /** Creates an account whose address needs no verification. @throws Problem `email-taken` */
  async create(email: string, password: string): Promise<void> {
    const hash = await this.passwords.hash(password);
    await this.database.transaction(async (em) => {
      const user = await this.users.create(em, {
        email,
        emailVerified: true,
        displayName: 'Admin',
        roles: ADMIN_ROLES,
      });
      await this.passwords.put(em, user.id, hash);
      await this.audit.record(em, userCreated, { subject: user.id });
    });
  }
}
