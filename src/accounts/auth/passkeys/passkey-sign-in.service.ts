import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/server';
import { Clock } from '#libs/clock';
import { Database } from '#libs/database';
import { UsersService } from '../../users/index.js';
import type { Device } from '../sessions/session-issuer.js';
import { type SignInOutcome, SignInService } from '../sign-in/sign-in.service.js';
import type { Passkey } from './passkey.entity.js';
import { findByCredential, recordUse } from './passkey.repository.js';
import { PasskeyChallenges } from './passkey-challenges.js';
import { invalidPasskey } from './passkeys.errors.js';
import { WebAuthn } from './webauthn.js';

/** Signs in with a passkey. */
@Injectable()
export class PasskeySignInService {
  constructor(
    private readonly database: Database,
    private readonly users: UsersService,
    private readonly webAuthn: WebAuthn,
    private readonly challenges: PasskeyChallenges,
    private readonly signIn: SignInService,
    private readonly clock: Clock,
  ) {}

  /** @returns what the browser needs to find a passkey for this site */
  async options(): Promise<PublicKeyCredentialRequestOptionsJSON> {
    const options = await this.webAuthn.signInOptions();
    await this.challenges.add(options.challenge, null);
    return options;
  }

  /** @throws Problem `invalid-passkey`; `invalid-credentials` if the user can't sign in */
  async login(response: AuthenticationResponseJSON, device: Device): Promise<SignInOutcome> {
    return this.database.transaction(async (em) => {
      const passkey = await this.verify(em, response);
      const user = passkey && (await this.users.find(em, passkey.user));
      if (!user) {
        throw invalidPasskey(this.webAuthn.reasonAgainst(response));
      }
      // The device and what unlocks it are two factors already.
      const proof = { user, methods: ['pop', 'mfa'], at: this.clock.now() };
      return this.signIn.complete(em, proof, device);
    });
  }

  /**
   * Uses up the challenge, even if the caller's transaction fails later.
   * @returns the passkey that signed it, or undefined if the answer can't be verified
   */
  async verify(em: EntityManager, response: AuthenticationResponseJSON): Promise<Passkey | undefined> {
    const passkey = await findByCredential(em, response.id);
    if (!passkey) {
      return undefined;
    }
    const verified = await this.webAuthn.verify(response, { ...passkey, userId: passkey.user }, (challenge) =>
      this.challenges.use(challenge, null),
    );
    const isRecorded = verified && (await recordUse(em, passkey.id, { ...verified, at: this.clock.now() }));
    return isRecorded ? passkey : undefined;
  }
}
