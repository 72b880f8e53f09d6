import { describe, expect, it } from '@jest/globals';
import { JobError, toLoggableError, UnrecoverableJobError } from './job-errors.js';

const SECRET = 'ada@example.com';

describe('storable', () => {
  it('keeps errors whose message is fit to be stored', () => {
    const error = new UnrecoverableJobError('delivery 7 was refused');
    expect(toLoggableError(error)).toBe(error);
  });

  it('keeps of others only the name, the code and where it happened', () => {
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

  it('tells nothing of a thrown value', () => {
    expect(toLoggableError(SECRET).message).not.toContain(SECRET);
  });
});
