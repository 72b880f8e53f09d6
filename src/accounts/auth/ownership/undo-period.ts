/** How long the owner of an account can say with a link from a mail that something wasn't their doing. */
export const UNDO_MS = 72 * 60 * 60 * 1000;
