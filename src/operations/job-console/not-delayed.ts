/** Whether Bull couldn't promote a job because it isn't delayed any more. */
export function isNotDelayed(error: unknown): boolean {
  return error instanceof Error && error.message.endsWith('is not in a delayed state');
}
