const OLDEST = 24;

/**
 * Ends the process with a sentence if Node is too old. Imports nothing, because an older Node fails to link what it doesn't
 * have before it runs anything.
 */
export function requireNode(version = process.versions.node): void {
  if (Number.parseInt(version, 10) < OLDEST) {
    process.stderr.write(
      `Gatehouse needs Node.js ${OLDEST} or newer, and this is ${version}. \`npm start\` brings its own.\n`,
    );
    process.exit(1);
  }
}
