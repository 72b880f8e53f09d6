/** Receives one line of progress for a person. */
export type Log = (line: string) => void;

export interface EmbeddedServer {
  /** With the generated password in it: whoever can read it can read everything. */
  readonly url: string;
  readonly pid: number;
  /** Settles when the server is gone, whoever ended it. */
  readonly exited: Promise<void>;
  /** Ends the server in an orderly way and waits until it is gone. Calling it again is harmless. */
  stop(): Promise<void>;
}

/** Its message is meant for a person and needs no stack: what is wrong, and the ways out. */
export class CannotStart extends Error {
  override readonly name = 'CannotStart';
}
