import { describe, expect, it } from '@jest/globals';
import { invalidInput } from '#libs/problem';
import { pointerOf, statusOf } from './status.js';

describe('a field in a status', () => {
  it.each([
    ['/sendAt', 'send_at'],
    ['/send_at', 'send_at'],
    ['/ids/0', 'ids[1]'],
    ['/data/orderId', 'data.orderId'],
    ['/data/items/1/unitPrice', 'data.items[2].unitPrice'],
    ['/channels/0', 'channels[1]'],
  ])('is named as in the request: %s is %s', (pointer, field) => {
    const problem = invalidInput({ errors: [{ pointer, code: 'wrong', message: 'is wrong' }] });
    expect(statusOf(problem, undefined).details).toBe(`${field} is wrong`);
  });

  it.each(['/sendAt', '/data/order_id', '/data/items/1/unitPrice', '/channels/0', ''])(
    'is the pointer %j again for HTTP',
    (pointer) => {
      const problem = invalidInput({ errors: [{ pointer, code: 'wrong', message: 'is wrong' }] });
      const [field] = statusOf(problem, undefined).details.split(' ');
      expect(pointerOf(field ?? '')).toBe(pointer);
    },
  );
});
