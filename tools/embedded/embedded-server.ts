/** Prints one line of progress. */
export type Log = (line: string) => void;

export interface EmbeddedServer {
  /** Contains the generated password. */
  readonly url: string;
  readonly pid: number;
  /** Resolves when the server has exited, whatever the reason. */
  readonly exited: Promise<void>;
  /** Shuts the server down and waits until it has exited. Calling it again does nothing. */
  stop(): Promise<void>;
}

/** Its message is written for a person, says what to do, and is printed without a stack. */
export class CannotStart extends Error {
  override readonly name = 'CannotStart';
}
