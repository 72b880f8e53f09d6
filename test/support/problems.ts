import { expect } from '@jest/globals';
import type { Answer, ProblemBody } from './client.js';

/** Expects a problem document as documented, with this status and code. */
export function expectProblem(answer: Answer<unknown>, status: number, code: string): ProblemBody {
  const problem = answer.body as ProblemBody;
  expect([answer.status, problem?.code]).toEqual([status, code]);
  return expectProblemDocument(answer);
}

/** Expects any problem document. */
export function expectProblemDocument(answer: Answer<unknown>): ProblemBody {
  const problem = answer.body as ProblemBody;
  expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json\b/);
  expect(problem).toMatchObject({
    type: expect.stringMatching(new RegExp(`^https?://.+/problems/${problem.code}$`)),
    title: expect.any(String),
    status: answer.status,
    detail: expect.any(String),
    instance: expect.stringMatching(/^\//),
    code: expect.stringMatching(/^[a-z0-9]+(-[a-z0-9]+)*$/),
    requestId: expect.any(String),
  });
  for (const { minimum = 0, maximum = 0, allowed = [], ...error } of problem.errors ?? []) {
    expect([minimum, maximum, allowed]).toEqual([expect.any(Number), expect.any(Number), expect.any(Array)]);
    expect(error).toEqual({
      pointer: expect.stringMatching(/^(\/.*)?$/s),
      code: expect.stringMatching(/^[a-z0-9]+(-[a-z0-9]+)*$/),
      message: expect.any(String),
    });
  }
  return problem;
}
