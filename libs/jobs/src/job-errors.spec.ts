import { describe, expect, it } from '@jest/globals';
import { JobError, toLoggableError, UnrecoverableJobError } from './job-errors.js';

const SECRET = 'ada@example.com';

describe('toLoggableError', () => {
  it('keeps errors whose message is safe to store', () => {
    const error = new UnrecoverableJobError('delivery 7 was refused');
    expect(toLoggableError(error)).toBe(error);
  });

  it('reduces any other error to its name, code and stack frame', () => {
    const driverError = Object.assign(
      new TypeError(`duplicate key (email)=(${SECRET})\nin line 2 ${SECRET}`),
      {
        code: '23505',
      },
    );
    const stored = toLoggableError(driverError);
    expect(stored).toBeInstanceOf(JobError);
    expect(stored.message).toBe('TypeError (23505)');
    expect(stored.stack).toContain('job-errors.spec');
    expect(JSON.stringify([stored.message, stored.stack])).not.toContain(SECRET);
  });

  it('keeps no code that is not a word, such as an object with values', () => {
    const odd = Object.assign(new Error(SECRET), { code: { toString: () => SECRET } });
    expect(toLoggableError(odd).message).toBe('Error');
  });

  it('reveals nothing about a thrown value that is not an error', () => {
    expect(toLoggableError(SECRET).message).not.toContain(SECRET);
  });
});
