export const KIB = 2 ** 10;
const MIB = 2 ** 20;
/**
 * What verifying a hash may cost, so that imported ones can't use up memory or processors. At a limit, each form of the
 * password takes up to about two seconds.
 */
export const MAX_COST = { bcrypt: 15, pbkdf2: 2_000_000 };
const MAX_MEMORY = 256 * MIB;
/** All passes over the memory together. */
const MAX_WORK = 1024 * MIB;
const MAX_LANES = 64;

/** N, r and p (RFC 7914, section 2), as Node.js calls them. */
export interface ScryptCost {
  readonly cost: number;
  readonly blockSize: number;
  readonly parallelization: number;
}

/** @returns undefined unless N is less than 2^(16·r) (RFC 7914, section 2) */
export function scryptCost(logN?: number, r?: number, p?: number): ScryptCost | undefined {
  return logN && r && p && logN < 16 * r ? { cost: 2 ** logN, blockSize: r, parallelization: p } : undefined;
}

export function fitsScrypt({ cost, blockSize, parallelization }: ScryptCost): boolean {
  return fitsMemory(128 * cost * blockSize, parallelization, Math.max(blockSize, parallelization));
}

/** @param memory in bytes */
export function fitsMemory(memory: number, passes: number, lanes: number): boolean {
  return memory <= MAX_MEMORY && memory * passes <= MAX_WORK && lanes <= MAX_LANES;
}
