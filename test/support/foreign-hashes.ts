/**
 * Hashes as other systems store them, computed by Python's `bcrypt`, `argon2-cffi`, `passlib`, `hashlib` and
 * `cryptography`, which share no code with ours but Argon2's and bcrypt's specifications.
 */
export interface ForeignHash {
  readonly format: string;
  readonly hash: string;
}

/** The password of `FOREIGN_HASHES`. */
export const FOREIGN_PASSWORD = 'seven brave otters';

export const FOREIGN_HASHES: readonly ForeignHash[] = [
  { format: 'bcrypt ($2a$)', hash: '$2a$04$c6X4AW0DJugu9DxPKGoDyuE286Ue.F66z4OTMR06XlRlSET7q3G3y' },
  { format: 'bcrypt ($2b$)', hash: '$2b$05$BI1fujAUvwTgoYcDKw/v3evAhcwK7kPfkjVeEG7094B5gDPsaDQva' },
  { format: 'bcrypt ($2y$)', hash: '$2y$04$MWwDKS8oxcdvG.mKv5jd1Otj9L2qll71uc.7/4On0u4ULUIWITxw.' },
  {
    format: 'Argon2id',
    hash: '$argon2id$v=19$m=1024,t=3,p=4$hCDTC2RFZPTXv/Sp1c4vpw$HKpp0XDoUZcMgSJzabpnVxc95pr4/WAN2TOGCvIc6LM',
  },
  {
    format: 'Argon2id, version 16',
    hash: '$argon2id$v=16$m=1024,t=3,p=4$hCDTC2RFZPTXv/Sp1c4vpw$cfZTV54yB9wiJpmva9TpwtpAj7l7XfD2hJ9/m6LjIxQ',
  },
  {
    format: 'Argon2i',
    hash: '$argon2i$v=19$m=1024,t=3,p=4$hCDTC2RFZPTXv/Sp1c4vpw$o66nSjK0ss4ims+4KpDwpySBN1ynMknt709xe5EtNxo',
  },
  {
    format: 'Argon2i, version 16',
    hash: '$argon2i$v=16$m=1024,t=3,p=4$hCDTC2RFZPTXv/Sp1c4vpw$3Dlm/7Ub9rVjb8K0ul0LTyEf1pxvQbhdZlIrA0QAOEg',
  },
  {
    format: 'scrypt',
    hash: '$scrypt$ln=15,r=8,p=1$hCDTC2RFZPTXv/Sp1c4vpw$L2fm49dyoy7AK7nlSuVyMJfwMFL6s9q/mgWPd0Svrxs',
  },
  {
    format: 'scrypt with 64 bytes',
    hash: '$scrypt$ln=10,r=4,p=3$hCDTC2RFZPTXv/Sp1c4vpw$cEpw8afQ/S0hA+goCr8OAAu+cm2WryLvxqKbmBgHWESUjj4sduSn7svpyDdc0BtiytikLB/ywvWk6FrNLYk+wQ',
  },
  {
    format: 'PBKDF2 with SHA-1',
    hash: '$pbkdf2-sha1$i=20000$hCDTC2RFZPTXv/Sp1c4vpw$KNtJvFELqnV0D+IuaThdGR2qGFw',
  },
  {
    format: 'PBKDF2 with SHA-256, as in Keycloak',
    hash: '$pbkdf2-sha256$i=27500$hCDTC2RFZPTXv/Sp1c4vpw$QtJm8I8yLCozhG5gjpMEyMvUxbDCQm1JxFs48osw5oxL2+FtKY9+8c9VpXxH8jFPOlAgEYMneNn7Y/R+SXCaNA',
  },
  {
    format: 'PBKDF2 with SHA-512',
    hash: '$pbkdf2-sha512$i=30000$hCDTC2RFZPTXv/Sp1c4vpw$QeWEj575vf+hjqcjapsUaGm0mC74OkAkraM1jzepsrMV2//jQyGq2IZeoqD6iD3WqdikTOUNF82kgBmib5mYkA',
  },
  {
    format: "passlib's PBKDF2 with SHA-1",
    hash: '$pbkdf2$29000$hCDTC2RFZPTXv/Sp1c4vp/vv$/wZQGmPrj86QBFNQ3X.rxEDyi1s',
  },
  {
    format: "passlib's PBKDF2 with SHA-256",
    hash: '$pbkdf2-sha256$29000$hCDTC2RFZPTXv/Sp1c4vp/vv$/wFarQbKRFztJrhhV6v0xxjWPEhdOwyyGPawe./wL7Q',
  },
  {
    format: "passlib's PBKDF2 with SHA-512",
    hash: '$pbkdf2-sha512$29000$hCDTC2RFZPTXv/Sp1c4vp/vv$Hofd5Gz6ogEthRZCJ84gLe.4NMqzEiMu6FZLoKQPUvlDASzJM2E82pOX3YqKso.guy8QIW7vU7L/CY7MvV718g',
  },
  {
    format: 'Firebase scrypt in base64url',
    hash: '$firebase-scrypt$v=1,n=12,r=8,p=1,ss=Bw==,sk=BjLllPUNd94SNG6ibUXzheCp5NR2UQ75E8n-xWsX5fLkMZVTavYNK_DPE2-8Ci0UCyHg_ss6X7gP30p5HmoG4A==$hCDTC2RFZPTXv_Sp1c4vpw==$vjOYIEgCoBoZYkOnjhQ22uRJaO7KJ4qUxHAEqYbkovabEvl9UYFNjPaqC89wbzdebvLIy1v_Fl5AwM4Q2gZybw==',
  },
  {
    format: "Supabase's Firebase scrypt, in another order",
    hash: '$fbscrypt$sk=BjLllPUNd94SNG6ibUXzheCp5NR2UQ75E8n+xWsX5fLkMZVTavYNK/DPE2+8Ci0UCyHg/ss6X7gP30p5HmoG4A,ss=Bw,p=1,r=8,n=12,v=1$hCDTC2RFZPTXv/Sp1c4vpw$vjOYIEgCoBoZYkOnjhQ22uRJaO7KJ4qUxHAEqYbkovabEvl9UYFNjPaqC89wbzdebvLIy1v/Fl5AwM4Q2gZybw',
  },
];
