import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

interface CreationOptions {
  readonly challenge: string;
  readonly rp: { readonly id?: string };
  readonly user: { readonly id: string };
}

interface RequestOptions {
  readonly challenge: string;
  readonly rpId?: string;
}

/** What an authenticator, or whoever is between it and us, does otherwise. */
export interface Misbehaviour {
  readonly origin?: string;
  readonly rpId?: string;
  readonly challenge?: string;
  readonly type?: string;
  /** Whether the user is verified, and there. */
  readonly verified?: boolean;
  readonly present?: boolean;
  /** Whether the passkey is synced. It may be from some time on, or no longer. */
  readonly backedUp?: boolean;
  readonly counter?: number;
  readonly userHandle?: string;
  readonly algorithm?: number;
  readonly signature?: Buffer;
  /** Whether the page is in a frame of another site, and of which. */
  readonly crossOrigin?: boolean;
  readonly topOrigin?: string;
}

const ES256 = -7;
const FLAGS = { present: 1, verified: 4, backupEligible: 8, backedUp: 16, hasCredential: 64 };

/** An authenticator of our own, because a browser's does nothing wrong. It keeps one passkey. */
export class SoftwareAuthenticator {
  private readonly id = randomBytes(16);
  private readonly keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  private userHandle = '';
  private counter = 0;
  private readonly origin: string;
  private readonly counts: boolean;

  /** @param counts whether it counts its signatures */
  constructor(origin: string, counts = true) {
    this.origin = origin;
    this.counts = counts;
  }

  /** Makes the passkey. @returns a RegistrationResponseJSON (WebAuthn Level 3, section 5.1) */
  create(options: CreationOptions, wrong: Misbehaviour = {}) {
    this.userHandle = options.user.id;
    const rpId = wrong.rpId ?? options.rp.id ?? '';
    const key = coseKey(this.keys.publicKey, wrong.algorithm ?? ES256);
    const length = Buffer.alloc(2);
    length.writeUInt16BE(this.id.length);
    const credential = Buffer.concat([Buffer.alloc(16), length, this.id, key]);
    const authData = Buffer.concat([this.head(rpId, FLAGS.hasCredential, wrong), credential]);
    const attestationObject = Buffer.concat([
      Buffer.from([0xa3]),
      text('fmt'),
      text('none'),
      text('attStmt'),
      Buffer.from([0xa0]),
      text('authData'),
      bytes(authData),
    ]);
    return this.credential({
      clientDataJSON: this.clientData('webauthn.create', options.challenge, wrong).toString('base64url'),
      attestationObject: attestationObject.toString('base64url'),
      transports: ['internal'],
    });
  }

  /** Signs the challenge. @returns an AuthenticationResponseJSON */
  get(options: RequestOptions, wrong: Misbehaviour = {}) {
    const authData = this.head(wrong.rpId ?? options.rpId ?? '', 0, wrong);
    const clientData = this.clientData('webauthn.get', options.challenge, wrong);
    const signed = Buffer.concat([authData, createHash('sha256').update(clientData).digest()]);
    return this.credential({
      clientDataJSON: clientData.toString('base64url'),
      authenticatorData: authData.toString('base64url'),
      signature: (wrong.signature ?? sign('sha256', signed, this.keys.privateKey)).toString('base64url'),
      userHandle: wrong.userHandle ?? this.userHandle,
    });
  }

  private credential<T extends object>(response: T) {
    const id = this.id.toString('base64url');
    return { id, rawId: id, type: 'public-key', response, clientExtensionResults: {} } as const;
  }

  private clientData(type: string, challenge: string, wrong: Misbehaviour): Buffer {
    const { origin = this.origin, crossOrigin = false, topOrigin } = wrong;
    const data = {
      type: wrong.type ?? type,
      challenge: wrong.challenge ?? challenge,
      origin,
      crossOrigin,
      topOrigin,
    };
    return Buffer.from(JSON.stringify(data));
  }

  /** Authenticator data without a credential (WebAuthn Level 3, section 6.1). */
  private head(
    rpId: string,
    flags: number,
    { verified = true, present = true, backedUp = true, counter }: Misbehaviour,
  ): Buffer {
    this.counter += this.counts ? 1 : 0;
    const count = Buffer.alloc(4);
    count.writeUInt32BE(counter ?? this.counter);
    const set =
      flags |
      FLAGS.backupEligible |
      (backedUp ? FLAGS.backedUp : 0) |
      (present ? FLAGS.present : 0) |
      (verified ? FLAGS.verified : 0);
    return Buffer.concat([createHash('sha256').update(rpId).digest(), Buffer.from([set]), count]);
  }
}

/** RFC 9052, section 7, and RFC 8949. */
function coseKey(key: KeyObject, algorithm: number): Buffer {
  const { x = '', y = '' } = key.export({ format: 'jwk' });
  return Buffer.concat([
    Buffer.from([0xa5, 0x01, 0x02, 0x03]),
    integer(algorithm),
    Buffer.from([0x20, 0x01, 0x21]),
    bytes(Buffer.from(x, 'base64url')),
    Buffer.from([0x22]),
    bytes(Buffer.from(y, 'base64url')),
  ]);
}

function integer(value: number): Buffer {
  const [major, rest] = value < 0 ? [0x20, -1 - value] : [0, value];
  return rest < 24 ? Buffer.from([major | rest]) : Buffer.from([major | 25, rest >> 8, rest & 0xff]);
}

function bytes(content: Buffer): Buffer {
  return Buffer.concat([head(0x40, content.length), content]);
}

function text(content: string): Buffer {
  return Buffer.concat([head(0x60, content.length), Buffer.from(content)]);
}

function head(major: number, length: number): Buffer {
  return length < 24
    ? Buffer.from([major | length])
    : length < 256
      ? Buffer.from([major | 24, length])
      : Buffer.from([major | 25, length >> 8, length & 0xff]);
}
