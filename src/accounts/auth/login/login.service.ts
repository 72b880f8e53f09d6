import { Injectable, Logger } from '@nestjs/common';
import { Clock, IdSource } from '#libs/clock';
import { Database } from '#libs/database';
import { AppConfig } from '../../../../config/index.js';
import { EmailCipher, ReservedAddresses } from '../../users/index.js';
import { Password } from '../passwords/password.entity.js';
import { type Credentials, findCredentials } from '../passwords/password.repository.js';
import { FailedAttempts } from '../attempts/failed-attempts.js';
import { PasswordHasher } from '../passwords/password-hasher.js';
import { isRegistered } from '../registration/pending-registration.repository.js';
import type { Device } from '../sessions/session-issuer.js';
import { KnownDevices } from '../sign-in/known-devices.js';
import { invalidCredentials } from '../sign-in/sign-in.errors.js';
import { type SignInOutcome, SignInService } from '../sign-in/sign-in.service.js';
import { emailNotVerified } from './login.errors.js';

export interface PasswordCredentials {
  readonly email: string;
  readonly password: string;
}

/** Signs in with a password. */
@Injectable()
export class LoginService {
  private readonly logger = new Logger(LoginService.name);

  constructor(
    private readonly database: Database,
    private readonly emails: EmailCipher,
    private readonly reserved: ReservedAddresses,
    private readonly hasher: PasswordHasher,
    private readonly attempts: FailedAttempts,
    private readonly devices: KnownDevices,
    private readonly signIn: SignInService,
    private readonly clock: Clock,
    private readonly ids: IdSource,
    private readonly config: AppConfig,
  ) {}

  /**
   * @throws Problem `invalid-credentials`, taking the same time for an unknown address; `email-not-verified`;
   * `too-many-attempts`; `unavailable`
   */
  async login({ email, password }: PasswordCredentials, device: Device): Promise<SignInOutcome> {
    const indexes = this.emails.candidates(email);
    const subject = this.attempts.ofAddress(indexes);
    const counted = { subject: subject.name, oldest: this.attempts.oldest() };
    const { found, failed } = await this.database.run((em) => findCredentials(em, indexes, counted));
    const known = found && this.devices.recognize(found.user, device.token);
    const verify = (): Promise<boolean> => this.hasher.verify(found?.hash, password);
    const matches = await (known === undefined
      ? this.attempts.check(subject, verify, failed)
      : this.attempts.check(this.attempts.ofDevice(known, 'password'), verify));
    if (found?.hash === undefined || !matches || !this.signIn.admits(found.user)) {
      throw await this.refusal(found, matches, { email, password });
    }
    const { user, hash } = found;
    const proof = { user, methods: ['pwd'], at: this.clock.now() } as const;
    const outcome = await this.database.run((em) => this.signIn.complete(em, proof, device));
    if (this.hasher.isOutdated(hash)) {
      await this.upgrade(user.id, hash, password);
    }
    return outcome;
  }

  /**
   * Tells who registered an address that nobody has confirmed it. An address that belongs to someone else gets the same
   * answer in the same time, because registering it has left a decoy: otherwise, anyone could find out who has an
   * account by registering their address and signing in.
   */
  private async refusal(
    found: Credentials | undefined,
    matches: boolean,
    { email, password }: PasswordCredentials,
  ): Promise<Error> {
    if (this.config.registration !== 'verify-first') {
      return invalidCredentials();
    }
    const now = this.clock.now();
    // Who registers an address that its owner may get back has left a decoy there.
    const keeper = await this.database.run((em) => this.reserved.keeperOf(em, email));
    const account = found?.user.id ?? keeper ?? this.ids.next(now);
    const hash = await this.hasher.hash(password, account);
    const registered = await this.database.run((em) => isRegistered(em, account, hash, now));
    // Accounts from before `verify-first` have no registration. Their hashes have a random salt.
    const unverified = matches && found?.user.status === 'active' && !found.user.emailVerified;
    return registered || (unverified && found.hash !== hash) ? emailNotVerified() : invalidCredentials();
  }

  /**
   * Rehashing needs the password, which we only have now. A failure must not fail the sign-in, which has already
   * succeeded.
   */
  private async upgrade(user: string, outdated: string, password: string): Promise<void> {
    try {
      const hash = await this.hasher.hash(password);
      await this.database.run((em) =>
        // Has no effect if the password has changed in the meantime.
        em.nativeUpdate(Password, { user, hash: outdated }, { hash }),
      );
    } catch (error) {
      this.logger.warn('a password hash could not be upgraded; retrying at the next sign-in', error);
    }
  }
}
