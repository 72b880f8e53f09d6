import { plainToInstance } from 'class-transformer';
import { validateSync, type ValidationError } from 'class-validator';
import { UnrecoverableJobError } from './job-errors.js';

/** Thrown if a payload violates its class. Names the fields and the rules they break, never their values. */
export class InvalidPayloadError extends UnrecoverableJobError {
  override readonly name = 'InvalidPayloadError';
}

/** @returns `value` as an instance of `type` @throws InvalidPayloadError if a rule is broken or a field unknown */
export function parsePayload<P extends object>(type: new () => P, value: unknown): P {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new InvalidPayloadError(`not a valid ${type.name}: not an object`);
  }
  const payload = plainToInstance(type, value);
  const errors = validateSync(payload, { whitelist: true, forbidNonWhitelisted: true });
  if (errors.length > 0) {
    throw new InvalidPayloadError(`not a valid ${type.name}: ${errors.flatMap(brokenRules).join(', ')}`);
  }
  return payload;
}

function brokenRules(error: ValidationError): string[] {
  const own = Object.keys(error.constraints ?? {}).map((rule) => `${error.property} (${rule})`);
  const nested = (error.children ?? []).flatMap(brokenRules).map((rule) => `${error.property}.${rule}`);
  return [...own, ...nested];
}
