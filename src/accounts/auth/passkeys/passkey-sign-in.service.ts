import { Injectable } from '@nestjs/common';
import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/server';
import { Clock } from '#libs/clock';
import { hashToken } from '#libs/crypto';
import { Database } from '#libs/database';
import { UsersService } from '../../users/index.js';
import type { Device } from '../sessions/session-issuer.js';
import { type SignInOutcome, SignInService } from '../sign-in/sign-in.service.js';
import { findByCredential, recordUse, useChallenge } from './passkey.repository.js';
import { PasskeyChallenge } from './passkey-challenge.entity.js';
import { invalidPasskey } from './passkeys.errors.js';
import { CHALLENGE_MS, WebAuthn } from './webauthn.js';

/** Signs in with a passkey. */
@Injectable()
export class PasskeySignInService {
  constructor(
    private readonly database: Database,
    private readonly users: UsersService,
    private readonly webAuthn: WebAuthn,
    private readonly signIn: SignInService,
    private readonly clock: Clock,
  ) {}

  /** @returns what the browser needs to find a passkey for this site */
  async options(): Promise<PublicKeyCredentialRequestOptionsJSON> {
    const options = await this.webAuthn.signInOptions();
    await this.database.run((em) =>
      em.insert(PasskeyChallenge, {
        challengeHash: hashToken(options.challenge),
        user: null,
        expiresAt: new Date(this.clock.millis() + CHALLENGE_MS),
      }),
    );
    return options;
  }

  /** @throws Problem `invalid-passkey`; `invalid-credentials` if the user can't sign in */
  async login(response: AuthenticationResponseJSON, device: Device): Promise<SignInOutcome> {
    const passkey = await this.database.run((em) => findByCredential(em, response.id));
    if (!passkey) {
      throw invalidPasskey();
    }
    const verified = await this.webAuthn.verify(response, { ...passkey, userId: passkey.user }, (challenge) =>
      this.database.run((em) => useChallenge(em, hashToken(challenge), null, this.clock.now())),
    );
    if (!verified) {
      throw invalidPasskey(this.webAuthn.reasonAgainst(response));
    }
    return this.database.transaction(async (em) => {
      const at = this.clock.now();
      const user = await this.users.find(em, passkey.user);
      if (!user || !(await recordUse(em, passkey.id, { ...verified, at }))) {
        throw invalidPasskey();
      }
      // The device and what unlocks it are two factors already.
      return this.signIn.complete(em, { user, methods: ['pop', 'mfa'], at }, device);
    });
  }
}
