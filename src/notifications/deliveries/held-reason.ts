/** Why a delivery is not sent yet, for whoever sent it. */
export function heldReason(until: Date): string {
  return `it is held until ${until.toISOString()}`;
}
