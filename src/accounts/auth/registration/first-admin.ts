import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { Clock } from '#libs/clock';
import { Database } from '#libs/database';
import { AppConfig } from '../../../../config/index.js';
import { emailTaken, UsersService } from '../../users/index.js';
import { Password } from '../passwords/password.entity.js';
import { PasswordHasher } from '../passwords/password-hasher.js';

/**
 * Creates the admin defined by `ADMIN_EMAIL` and `ADMIN_PASSWORD` if it doesn't exist. Never changes an existing
 * account.
 */
@Injectable()
export class FirstAdmin implements OnApplicationBootstrap {
  private readonly logger = new Logger(FirstAdmin.name);

  constructor(
    private readonly config: AppConfig,
    private readonly database: Database,
    private readonly users: UsersService,
    private readonly hasher: PasswordHasher,
    private readonly clock: Clock,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const { admin } = this.config;
    if (!admin || (await this.database.run((em) => this.users.findByEmail(em, admin.email)))) {
      return;
    }
    const hash = await this.hasher.hash(admin.password);
    try {
      await this.database.transaction(async (em) => {
        const user = await this.users.create(em, {
          email: admin.email,
          emailVerified: true,
          displayName: 'Admin',
          roles: ['user', 'admin'],
        });
        await em.insert(Password, { user: user.id, hash, changedAt: this.clock.now() });
      });
      this.logger.log('created the first admin');
    } catch (error) {
      // Another replica that started at the same time was faster.
      if (!emailTaken.is(error)) {
        throw error;
      }
    }
  }
}
