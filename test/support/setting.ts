/** Reads what global-setup.mjs set for the suites. */
export function setting(name: string): string {
  const value = process.env[name];
  if (!value) {
    throw new Error(
      `${name} is not set: run the tests through \`npm test\`, whose global setup starts the servers.`,
    );
  }
  return value;
}
