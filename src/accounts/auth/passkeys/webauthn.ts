import { Injectable } from '@nestjs/common';
import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from '@simplewebauthn/server';
import { randomToken } from '#libs/crypto';
import { AppConfig } from '../../../../config/index.js';
import { isFramedElsewhere, originIn } from './client-data.js';

/** How long people have for what their device asks of them. */
export const CHALLENGE_MS = 5 * 60 * 1000;

/** Ed25519, ES256 and RS256 (RFC 9053 and RFC 8812), as all authenticators have one of them. */
const ALGORITHMS = [-8, -7, -257];

/** WebAuthn, section 5.8.4. */
const TRANSPORTS = ['ble', 'hybrid', 'internal', 'nfc', 'smart-card', 'usb'] as const;

type Library = typeof import('@simplewebauthn/server');

/** Decides whether a challenge is ours, and uses it up. */
export type UseChallenge = (challenge: string) => Promise<boolean>;

export interface PasskeyOwner {
  readonly id: string;
  readonly email: string;
  readonly displayName: string | null;
}

export interface NewCredential {
  readonly credentialId: string;
  readonly publicKey: string;
  readonly counter: number;
  readonly backedUp: boolean;
  readonly transports: readonly string[];
}

interface KnownCredential {
  readonly userId: string;
  readonly credentialId: string;
  readonly publicKey: string;
  readonly counter: number;
}

/**
 * Registers and verifies passkeys (WebAuthn Level 3, section 7), always with user verification: a passkey is something
 * that people have, and unlock with something that they know or are.
 */
@Injectable()
export class WebAuthn {
  private library: Promise<Library> | undefined;

  constructor(private readonly config: AppConfig) {}

  /** @param known passkeys that the user has, so that no authenticator makes a second one */
  async registrationOptions(
    { id, email, displayName }: PasskeyOwner,
    known: readonly Pick<NewCredential, 'credentialId' | 'transports'>[],
  ): Promise<PublicKeyCredentialCreationOptionsJSON> {
    const { generateRegistrationOptions } = await this.load();
    return generateRegistrationOptions({
      rpID: this.config.webAuthn.rpId,
      rpName: this.config.webAuthn.rpId,
      userID: new Uint8Array(handleOf(id)),
      userName: email,
      userDisplayName: displayName ?? email,
      challenge: randomChallenge(),
      timeout: CHALLENGE_MS,
      supportedAlgorithmIDs: [...ALGORITHMS],
      // With how to reach them, the browser needn't ask every device around for one.
      excludeCredentials: known.map(({ credentialId: id, transports }) => ({
        id,
        transports: TRANSPORTS.filter((one) => transports.includes(one)),
      })),
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    });
  }

  /** @returns undefined if the answer can't be verified */
  async register(
    response: RegistrationResponseJSON,
    useChallenge: UseChallenge,
  ): Promise<NewCredential | undefined> {
    if (isFramedElsewhere(response.response.clientDataJSON)) {
      return undefined;
    }
    const { verifyRegistrationResponse } = await this.load();
    const { registrationInfo } = await verifyRegistrationResponse({
      ...this.expected(useChallenge),
      supportedAlgorithmIDs: [...ALGORITHMS],
      response,
    }).catch(() => ({ registrationInfo: undefined }));
    if (!registrationInfo) {
      return undefined;
    }
    const { credential, credentialBackedUp: backedUp } = registrationInfo;
    return {
      credentialId: credential.id,
      publicKey: Buffer.from(credential.publicKey).toString('base64url'),
      counter: credential.counter,
      backedUp,
      transports: TRANSPORTS.filter((one) => credential.transports?.includes(one)),
    };
  }

  /** For any passkey of this site: the authenticator offers those that it has. */
  async signInOptions(): Promise<PublicKeyCredentialRequestOptionsJSON> {
    const { generateAuthenticationOptions } = await this.load();
    return generateAuthenticationOptions({
      rpID: this.config.webAuthn.rpId,
      challenge: randomChallenge(),
      timeout: CHALLENGE_MS,
      userVerification: 'required',
    });
  }

  /** @returns the new count and backup state, or undefined if the answer can't be verified */
  async verify(
    response: AuthenticationResponseJSON,
    { userId, credentialId: id, publicKey, counter }: KnownCredential,
    useChallenge: UseChallenge,
  ): Promise<{ readonly counter: number; readonly backedUp: boolean } | undefined> {
    if (isFramedElsewhere(response.response.clientDataJSON)) {
      return undefined;
    }
    const { verifyAuthenticationResponse } = await this.load();
    const credential = { id, publicKey: new Uint8Array(Buffer.from(publicKey, 'base64url')), counter };
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      ...this.expected(useChallenge),
      response,
      credential,
    }).catch(() => ({ verified: false, authenticationInfo: undefined }));
    // WebAuthn, section 7.2, step 6.
    if (
      !verified ||
      !authenticationInfo ||
      response.response.userHandle !== handleOf(userId).toString('base64url')
    ) {
      return undefined;
    }
    return { counter: authenticationInfo.newCounter, backedUp: authenticationInfo.credentialBackedUp };
  }

  /** Why an answer was refused, if that's a matter of configuration. For the `detail` of a problem. */
  reasonAgainst({ response }: RegistrationResponseJSON | AuthenticationResponseJSON): { detail?: string } {
    const origin = originIn(response.clientDataJSON);
    return origin === undefined || this.config.webAuthn.origins.includes(origin)
      ? {}
      : {
          detail: `Pages from ${origin} can't use passkeys here. WEBAUTHN_ORIGINS lists the origins that can.`,
        };
  }

  private expected(useChallenge: UseChallenge) {
    const { rpId, origins } = this.config.webAuthn;
    return {
      expectedChallenge: useChallenge,
      expectedOrigin: [...origins],
      expectedRPID: rpId,
      requireUserVerification: true,
    };
  }

  /** Only when it's needed: it brings parsers for certificates that take a while to load. */
  private load(): Promise<Library> {
    this.library ??= import('@simplewebauthn/server');
    return this.library;
  }
}

/** What authenticators know a user by (WebAuthn, section 5.4.3). Says nothing about them. */
function handleOf(userId: string): Buffer {
  return Buffer.from(userId.replaceAll('-', ''), 'hex');
}

function randomChallenge(): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(randomToken(), 'base64url'));
}
