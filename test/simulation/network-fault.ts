/** What a caller sees when no answer of the other side comes: nobody knows whether it was done. */
export class NetworkFault extends Error {
  override readonly name = "NetworkFault";
}
