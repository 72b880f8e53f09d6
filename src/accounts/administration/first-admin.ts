import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { AppConfig } from '../../../config/index.js';
import { emailTaken } from '../users/index.js';
import { Administrators } from './administrators.service.js';

/**
 * Creates the admin defined by `ADMIN_EMAIL` and `ADMIN_PASSWORD` if it doesn't exist. Never changes an existing
 * account.
 */
@Injectable()
export class FirstAdmin implements OnApplicationBootstrap {
  private readonly logger = new Logger(FirstAdmin.name);

  constructor(
    private readonly config: AppConfig,
    private readonly administrators: Administrators,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const { admin } = this.config;
    if (!admin || (await this.administrators.exists(admin.email))) {
      return;
    }
    try {
      await this.administrators.create(admin.email, admin.password);
      this.logger.log('created the first admin');
    } catch (error) {
      // Another replica that started at the same time was faster.
      if (!emailTaken.is(error)) {
        throw error;
      }
    }
  }
}
